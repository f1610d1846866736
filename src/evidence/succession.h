// The document that opens a log in the place of one that was closed for ever, because the database
// under it was found to be older than what was signed (spec/log-format.md §10). Owners of the log
// before sign it: nobody else can say that what is missing is gone for good.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/time.h"
#include "evidence/owner_signed.h"

namespace lp::evidence {

// A tree: how many leaves, and its root.
struct TreeHead {
  std::uint64_t size = 0;
  Digest root;

  friend bool operator==(const TreeHead&, const TreeHead&) = default;
};

struct SuccessionDocument {
  static constexpr std::string_view kind = "succession";        // of the evidence entry
  static constexpr std::string_view label = "lp-succession/1";  // of what owners sign

  std::string origin;       // of the log that opens
  std::string predecessor;  // origin of the log that was closed
  TreeHead last_signed;     // of the predecessor, as its signer remembers it
  TreeHead restored;        // of the predecessor, as the database has it
  Digest roster_genesis;    // the first roster of the log that opens
  std::string reason;       // why the loss was accepted, in words
  std::string operator_name;
  std::string salt;  // 32 bytes
  Instant time;

  [[nodiscard]] std::string bytes() const;                                 // JCS, member v = 1
  static std::optional<SuccessionDocument> parse(std::string_view bytes);  // exact round trip only
};

// The bytes an owner signs: "lp-succession/1\0" ‖ document.
std::string succession_signing_bytes(std::string_view document);

// What is kept beside the statement log.opened: the document, and who signed it. They are owners of
// the predecessor's roster.
using SuccessionRecord = OwnerSigned<SuccessionDocument>;

}  // namespace lp::evidence
