#include "evidence/erasure.h"

#include <algorithm>

#include "base/assert.h"
#include "base/text.h"
#include "evidence/members.h"
#include "evidence/values.h"
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

std::string erasure_signing_bytes(std::string_view document) {
  return owner_signing_bytes(ErasureDocument::label, document);
}

}  // namespace lp::evidence
