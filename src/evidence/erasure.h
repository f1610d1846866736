// The document of an erasure: what went, why, and what became of the copies (spec/log-format.md
// §9). It is of statements, or of a person: then no statement went, but who the pseudonym was.
// Owners sign it.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/time.h"
#include "evidence/roster.h"
#include "json/value.h"

namespace lp::evidence {

struct ErasureDocument {
  std::string origin;
  std::vector<std::uint64_t> indices;     // of the leaves, ascending; none beside a subject
  std::string salt;                       // 32 bytes
  std::optional<std::string> request_id;  // whose statements they were
  std::optional<std::string> subject;     // the pseudonym of a person, and nothing else goes
  std::string basis;                      // the legal basis, in words
  std::string operator_name;              // member "operator"
  Instant complete_by;                    // when the last key that could open a backup is destroyed
  std::vector<Digest> exports;  // hashes of the export.made statements that handed the data out

  [[nodiscard]] std::string bytes() const;                              // JCS, member v = 1
  static std::optional<ErasureDocument> parse(std::string_view bytes);  // exact round trip only
};

// What is kept beside the statement erasure.performed: the document, and who signed it.
struct ErasureRecord {
  std::string document;                // exact bytes
  std::vector<OwnerSignature> owners;  // ascending by spki, each once

  // With the salt that every entry has.
  [[nodiscard]] json::Value evidence_entry(std::string_view salt) const;
  // Out of the evidence of a leaf; nothing when it holds none, or one of another form.
  static std::optional<ErasureRecord> find(std::string_view evidence);
};

// Why these are not the signatures of enough owners of the roster `head`, or nothing.
std::optional<std::string_view> refuse_owners(const ErasureRecord& record, const RosterHead& head);

}  // namespace lp::evidence
