// A document with the signatures of owners under it, as it is kept beside the statement that is
// about it: of an erasure (erasure.h), or of a log that opens in the place of another
// (succession.h).
//
// `Document` says what the evidence entry is called (`kind`), and under which label owners sign
// (`label`): nothing that was signed for the one kind counts for the other.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "evidence/roster.h"
#include "json/value.h"

namespace lp::evidence {

// The bytes an owner signs: label ‖ 0 ‖ document.
std::string owner_signing_bytes(std::string_view label, std::string_view document);

// Why these are not signatures over `message` of enough owners of the roster `head`, or nothing.
std::optional<std::string_view> refuse_owners(const std::vector<OwnerSignature>& owners,
                                              std::string_view message, const RosterHead& head);

// The two halves of OwnerSigned that are the same for every document.
json::Value owner_signed_entry(std::string_view kind, std::string_view document,
                               const std::vector<OwnerSignature>& owners, std::string_view salt);
std::optional<std::pair<std::string, std::vector<OwnerSignature>>> find_owner_signed(
    std::string_view kind, std::string_view evidence);

template <typename Document>
struct OwnerSigned {
  std::string document;                // exact bytes
  std::vector<OwnerSignature> owners;  // ascending by spki, each once

  // With the salt that every entry has.
  [[nodiscard]] json::Value evidence_entry(std::string_view salt) const {
    return owner_signed_entry(Document::kind, document, owners, salt);
  }
  // Out of the evidence of a leaf; nothing when it holds none, or one of another form.
  static std::optional<OwnerSigned> find(std::string_view evidence) {
    auto found = find_owner_signed(Document::kind, evidence);
    if (!found) return std::nullopt;
    return OwnerSigned{.document = std::move(found->first), .owners = std::move(found->second)};
  }
};

// The same of what stands in such a record.
template <typename Document>
std::optional<std::string_view> refuse_owners(const OwnerSigned<Document>& record,
                                              const RosterHead& head) {
  return refuse_owners(record.owners, owner_signing_bytes(Document::label, record.document), head);
}

}  // namespace lp::evidence
