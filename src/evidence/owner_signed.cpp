#include "evidence/owner_signed.h"

#include <algorithm>
#include <functional>

#include "base/text.h"
#include "crypto/p256.h"
#include "evidence/members.h"
#include "evidence/roster_document.h"

namespace lp::evidence {

std::string owner_signing_bytes(std::string_view label, std::string_view document) {
  std::string bytes(label);
  bytes.push_back('\0');
  return bytes.append(document);
}

std::optional<std::string_view> refuse_owners(const std::vector<OwnerSignature>& owners,
                                              std::string_view message, const RosterHead& head) {
  const auto by_key =
      std::ranges::adjacent_find(owners, std::greater_equal<>{}, &OwnerSignature::spki);
  if (by_key != owners.end()) return "an owner's signature stands twice or out of order";
  if (owners.size() < head.threshold) return "too few owners signed the document";
  for (const OwnerSignature& one : owners) {
    if (std::ranges::find(head.owners, one.spki) == head.owners.end()) {
      return "somebody signed the document who is no owner";
    }
    if (!crypto::p256_verify(one.spki, message, one.signature)) {
      return "an owner's signature under the document does not verify";
    }
  }
  return std::nullopt;
}

json::Value owner_signed_entry(std::string_view kind, std::string_view document,
                               const std::vector<OwnerSignature>& owners, std::string_view salt) {
  json::Value entry = json::Value::object();
  entry.add("kind", kind)
      .add("document", base64(document))
      .add("signatures", base64(signatures_text(owners)))
      .add("salt", base64(salt));
  return entry;
}

std::optional<std::pair<std::string, std::vector<OwnerSignature>>> find_owner_signed(
    std::string_view kind, std::string_view evidence) {
  const auto entries = read_json(evidence);
  if (!entries || !entries->is_array()) return std::nullopt;
  for (const json::Value& entry : entries->items()) {
    if (entry.find_string("kind") != kind) continue;
    auto document = from_base64(entry.find_string("document").value_or(""));
    const auto text = from_base64(entry.find_string("signatures").value_or(""));
    auto owners = read_signatures(text.value_or(""));
    if (!document || !owners) return std::nullopt;
    return std::pair(*std::move(document), *std::move(owners));
  }
  return std::nullopt;
}

}  // namespace lp::evidence
