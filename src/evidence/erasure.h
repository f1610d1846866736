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
#include "evidence/owner_signed.h"

namespace lp::evidence {

struct ErasureDocument {
  static constexpr std::string_view kind = "erasure";        // of the evidence entry
  static constexpr std::string_view label = "lp-erasure/1";  // of what owners sign

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

// What owners sign of an erasure: "lp-erasure/1\0" ‖ document.
std::string erasure_signing_bytes(std::string_view document);

// What is kept beside the statement erasure.performed: the document, and who signed it.
using ErasureRecord = OwnerSigned<ErasureDocument>;

}  // namespace lp::evidence
