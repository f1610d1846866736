// The document that opens a log in the place of one that was closed for ever, because the database
// under it was found to be older than what was signed (spec/log-format.md §10). Owners of the log
// before sign it: nobody else can say that what is missing is gone for good.

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

// A tree: how many leaves, and its root.
struct TreeHead {
  std::uint64_t size = 0;
  Digest root;

  friend bool operator==(const TreeHead&, const TreeHead&) = default;
};

struct SuccessionDocument {
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

// What is kept beside the statement log.opened: the document, and who signed it.
struct SuccessionRecord {
  std::string document;                // exact bytes
  std::vector<OwnerSignature> owners;  // ascending by spki, each once

  // With the salt that every entry has.
  [[nodiscard]] json::Value evidence_entry(std::string_view salt) const;
  // Out of the evidence of a leaf; nothing when it holds none, or one of another form.
  static std::optional<SuccessionRecord> find(std::string_view evidence);
};

// Why these are not the signatures of enough owners of `head`, the predecessor's roster, or
// nothing.
std::optional<std::string_view> refuse_owners(const SuccessionRecord& record,
                                              const RosterHead& head);

}  // namespace lp::evidence
