#include "evidence/erasure.h"

#include <algorithm>

#include "base/assert.h"
#include "base/text.h"
#include "crypto/p256.h"
#include "evidence/members.h"
#include "evidence/receipt.h"
#include "evidence/roster_document.h"
#include "evidence/values.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::evidence {
namespace {

constexpr std::size_t salt_bytes = 32;

bool well_formed(const ErasureDocument& document) {
  const auto& indices = document.indices;
  const bool ascending =
      std::ranges::adjacent_find(indices, std::greater_equal<>{}) == indices.end();
  // Of statements, or of a person; never of both.
  const bool of_one = document.subject ? indices.empty() && !document.request_id
                                       : !indices.empty() && indices.back() <= integer_max;
  return !document.origin.empty() && of_one && ascending && document.salt.size() == salt_bytes &&
         !document.basis.empty() && !document.operator_name.empty();
}

std::vector<std::uint64_t> read_indices(Members& members) {
  std::vector<std::uint64_t> indices;
  if (!members.has("indices")) return indices;
  const json::Value& value = members.value("indices");
  if (!value.is_array()) members.fail();
  if (!members.ok()) return indices;
  for (const json::Value& item : value.items()) {
    const auto index = item.as_integer();
    if (!index || *index < 0) {
      members.fail();
      return indices;
    }
    indices.push_back(static_cast<std::uint64_t>(*index));
  }
  return indices;
}

// An array that may be empty, and is there all the same.
std::vector<Digest> read_exports(Members& members) {
  std::vector<Digest> exports;
  for (const std::string& text : members.texts("exports")) {
    const auto digest = Digest::from_hex(text);
    if (!digest) members.fail();
    exports.push_back(digest.value_or(Digest{}));
  }
  return exports;
}

}  // namespace

std::string ErasureDocument::bytes() const {
  LP_ASSERT(well_formed(*this));
  json::Value index_array = json::Value::array();
  for (const std::uint64_t index : indices) index_array.items().emplace_back(index);
  json::Value export_array = json::Value::array();
  for (const Digest& hash : exports) export_array.items().emplace_back(hash.hex());
  json::Value value = json::Value::object();
  value.add("v", 1);
  value.add("origin", origin);
  if (!indices.empty()) value.add("indices", std::move(index_array));
  value.add("salt", base64(salt));
  value.add_if("request_id", request_id);
  value.add_if("subject", subject);
  value.add("basis", basis);
  value.add("operator", operator_name);
  value.add("complete_by", to_string(complete_by));
  value.add("exports", std::move(export_array));
  return json::canonical(value);
}

std::optional<ErasureDocument> ErasureDocument::parse(std::string_view bytes) {
  const std::optional<json::Value> value = read_json(bytes);
  if (!value) return std::nullopt;
  Members members(*value);
  if (members.integer("v") != 1) return std::nullopt;
  ErasureDocument document;
  document.origin = members.text("origin");
  document.indices = read_indices(members);
  document.salt = members.binary("salt");
  document.request_id = members.optional_text("request_id");
  document.subject = members.optional_text("subject");
  document.basis = members.text("basis");
  document.operator_name = members.text("operator");
  document.complete_by = members.instant("complete_by");
  document.exports = read_exports(members);
  if (!members.complete() || !well_formed(document)) return std::nullopt;
  if (document.bytes() != bytes) return std::nullopt;
  return document;
}

json::Value ErasureRecord::evidence_entry(std::string_view salt) const {
  json::Value entry = json::Value::object();
  entry.add("kind", "erasure");
  entry.add("document", base64(document));
  entry.add("signatures", base64(signatures_text(owners)));
  entry.add("salt", base64(salt));
  return entry;
}

std::optional<ErasureRecord> ErasureRecord::find(std::string_view evidence) {
  const auto entries = json::parse(std::string(evidence));
  if (!entries || !entries->root.is_array()) return std::nullopt;
  for (const json::Value& entry : entries->root.items()) {
    if (entry.find_string("kind") != "erasure") continue;
    auto document = from_base64(entry.find_string("document").value_or(""));
    const auto text = from_base64(entry.find_string("signatures").value_or(""));
    auto owners = read_signatures(text.value_or(""));
    if (!document || !owners) return std::nullopt;
    return ErasureRecord{.document = *std::move(document), .owners = *std::move(owners)};
  }
  return std::nullopt;
}

std::optional<std::string_view> refuse_owners(const ErasureRecord& record, const RosterHead& head) {
  const auto by_key =
      std::ranges::adjacent_find(record.owners, std::greater_equal<>{}, &OwnerSignature::spki);
  if (by_key != record.owners.end()) return "an owner's signature stands twice or out of order";
  if (record.owners.size() < head.threshold) return "too few owners signed the erasure";
  const std::string message = erasure_signing_bytes(record.document);
  for (const OwnerSignature& one : record.owners) {
    if (std::ranges::find(head.owners, one.spki) == head.owners.end()) {
      return "somebody signed the erasure who is no owner";
    }
    if (!crypto::p256_verify(one.spki, message, one.signature)) {
      return "an owner's signature on the erasure does not verify";
    }
  }
  return std::nullopt;
}

}  // namespace lp::evidence
