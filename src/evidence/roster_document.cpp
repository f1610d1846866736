#include "evidence/roster_document.h"

#include "base/text.h"
#include "evidence/members.h"
#include "json/write.h"

namespace lp::evidence {

std::expected<RosterVersion, RosterFault> read_roster(const RosterDocument& document,
                                                      const RosterHead* previous) {
  RosterVersion version;
  for (const std::string& bytes : document.entries) {
    auto entry = RosterEntry::parse(bytes);
    if (!entry) return std::unexpected(RosterFault::malformed);
    version.entries.push_back(*std::move(entry));
  }
  auto head = RosterHead::parse(document.head);
  auto signatures = read_signatures(document.signatures);
  if (!head || !signatures) return std::unexpected(RosterFault::malformed);
  const auto verified = verify_roster(document.head, version.entries, *signatures, previous);
  if (!verified) return std::unexpected(verified.error());
  version.head = *std::move(head);
  version.signatures = *std::move(signatures);
  return version;
}

std::string signatures_text(const std::vector<OwnerSignature>& signatures) {
  json::Value array = json::Value::array();
  for (const OwnerSignature& signature : signatures) {
    json::Value item = json::Value::object();
    item.add("spki", base64(signature.spki)).add("signature", base64(signature.signature));
    array.items().push_back(std::move(item));
  }
  return json::canonical(array);
}

std::optional<std::vector<OwnerSignature>> read_signatures(std::string_view text) {
  const std::optional<json::Value> document = read_json(text);
  if (!document || !document->is_array()) return std::nullopt;
  std::vector<OwnerSignature> signatures;
  for (const json::Value& item : document->items()) {
    Members members(item);
    OwnerSignature signature{.spki = members.binary("spki"),
                             .signature = members.binary("signature")};
    if (!members.complete()) return std::nullopt;
    signatures.push_back(std::move(signature));
  }
  if (signatures_text(signatures) != text) return std::nullopt;
  return signatures;
}

}  // namespace lp::evidence
