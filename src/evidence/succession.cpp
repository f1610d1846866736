#include "evidence/succession.h"

#include "base/assert.h"
#include "base/text.h"
#include "evidence/members.h"
#include "json/write.h"

namespace lp::evidence {
namespace {

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
  return owner_signing_bytes(SuccessionDocument::label, document);
}

}  // namespace lp::evidence
