#include "evidence/succession.h"

#include <algorithm>

#include "base/assert.h"
#include "base/text.h"
#include "crypto/p256.h"
#include "evidence/members.h"
#include "evidence/roster_document.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::evidence {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t salt_bytes = 32;

bool well_formed(const SuccessionDocument& document) {
  return !document.origin.empty() && !document.predecessor.empty() &&
         document.origin != document.predecessor && !document.reason.empty() &&
         !document.operator_name.empty() && document.salt.size() == salt_bytes;
}

json::Value tree_value(const TreeHead& head) {
  json::Value value = json::Value::object();
  value.add("size", head.size).add("root", head.root.hex());
  return value;
}

TreeHead read_tree(Members& members, std::string_view name) {
  Members tree(members.value(name));
  const TreeHead head{.size = tree.integer("size"), .root = tree.digest("root")};
  if (!tree.complete()) members.fail();
  return head;
}

}  // namespace

std::string SuccessionDocument::bytes() const {
  LP_ASSERT(well_formed(*this));
  json::Value value = json::Value::object();
  value.add("v", 1)
      .add("origin", origin)
      .add("predecessor", predecessor)
      .add("last_signed", tree_value(last_signed))
      .add("restored", tree_value(restored))
      .add("roster_genesis_sha256", roster_genesis.hex())
      .add("reason", reason)
      .add("operator", operator_name)
      .add("salt", base64(salt))
      .add("time", to_string(time));
  return json::canonical(value);
}

std::optional<SuccessionDocument> SuccessionDocument::parse(std::string_view bytes) {
  const std::optional<json::Value> value = read_json(bytes);
  if (!value) return std::nullopt;
  Members members(*value);
  if (members.integer("v") != 1) return std::nullopt;
  SuccessionDocument document;
  document.origin = members.text("origin");
  document.predecessor = members.text("predecessor");
  document.last_signed = read_tree(members, "last_signed");
  document.restored = read_tree(members, "restored");
  document.roster_genesis = members.digest("roster_genesis_sha256");
  document.reason = members.text("reason");
  document.operator_name = members.text("operator");
  document.salt = members.binary("salt");
  document.time = members.instant("time");
  if (!members.complete() || !well_formed(document)) return std::nullopt;
  if (document.bytes() != bytes) return std::nullopt;
  return document;
}

std::string succession_signing_bytes(std::string_view document) {
  std::string bytes("lp-succession/1\0"sv);
  bytes += document;
  return bytes;
}

json::Value SuccessionRecord::evidence_entry(std::string_view salt) const {
  json::Value entry = json::Value::object();
  entry.add("kind", "succession")
      .add("document", base64(document))
      .add("signatures", base64(signatures_text(owners)))
      .add("salt", base64(salt));
  return entry;
}

std::optional<SuccessionRecord> SuccessionRecord::find(std::string_view evidence) {
  const auto entries = json::parse(std::string(evidence));
  if (!entries || !entries->root.is_array()) return std::nullopt;
  for (const json::Value& entry : entries->root.items()) {
    if (entry.find_string("kind") != "succession") continue;
    auto document = from_base64(entry.find_string("document").value_or(""));
    const auto text = from_base64(entry.find_string("signatures").value_or(""));
    auto owners = read_signatures(text.value_or(""));
    if (!document || !owners) return std::nullopt;
    return SuccessionRecord{.document = *std::move(document), .owners = *std::move(owners)};
  }
  return std::nullopt;
}

std::optional<std::string_view> refuse_owners(const SuccessionRecord& record,
                                              const RosterHead& head) {
  const auto by_key =
      std::ranges::adjacent_find(record.owners, std::greater_equal<>{}, &OwnerSignature::spki);
  if (by_key != record.owners.end()) return "an owner's signature stands twice or out of order";
  if (record.owners.size() < head.threshold) return "too few owners signed for the new log";
  const std::string message = succession_signing_bytes(record.document);
  for (const OwnerSignature& one : record.owners) {
    if (std::ranges::find(head.owners, one.spki) == head.owners.end()) {
      return "somebody signed for the new log who is no owner of the one before";
    }
    if (!crypto::p256_verify(one.spki, message, one.signature)) {
      return "an owner's signature for the new log does not verify";
    }
  }
  return std::nullopt;
}

}  // namespace lp::evidence
