// A receipt: one file that proves one event of a log to somebody who trusts neither the server nor
// whoever hands the file over (spec/receipt-format.md).
//
// The value and its bytes, nothing more: what they are worth is found by verify_receipt.h. Reading
// is strict and takes everything that can be judged without looking into the statement.

#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "evidence/batch.h"
#include "evidence/roster.h"
#include "evidence/values.h"
#include "json/value.h"
#include "tlog/proof.h"

namespace lp::evidence {

inline constexpr std::size_t receipt_bytes_max = 65'536;  // without the line feed that may follow

struct IssuerSignature {
  std::string key;  // SPKI
  std::string sig;  // DER
};

// A statement and its place in the log: of the receipt itself, and of each review behind it.
struct LoggedStatement {
  std::string statement;  // exact bytes; "" only beside an erasure
  std::optional<IssuerSignature> issuer;
  std::string leaf;   // exact bytes
  tlog::Proof proof;  // without `extra`; its checkpoint is a note over a checkpoint of three lines
};

struct SignedHead {
  RosterHead head;
  std::vector<OwnerSignature> signatures;  // ascending by spki, each once
};

enum class KeyClass : std::uint8_t { device, passkey };
std::string_view to_string(KeyClass key_class);

// Who signed a review, and where they stand in the roster.
struct HumanProof {
  KeyClass key_class = KeyClass::device;
  std::string core;                               // exact bytes
  std::string signature;                          // DER
  std::optional<std::string> authenticator_data;  // of a passkey, and only there
  std::optional<std::string> client_data;         // likewise
  std::string salt;                               // 32 bytes, of the evidence entry
  RosterEntry entry;
  std::uint64_t index = 0;  // of the entry in the roster's tree
  std::vector<Digest> path;
  std::optional<BatchPlace> batch;  // when the signature is over a batch that the core stands in

  // What the signature is over.
  [[nodiscard]] SignedText signed_text() const;
  // What the review's statement names by its hash; `roster_sha256` is that of the core.
  [[nodiscard]] json::Value evidence_entry(const Digest& roster_sha256) const;
};

// How the agent proved itself when it asked: RFC 9421.
struct AgentProof {
  std::string base;  // signature base
  std::string key;   // SPKI
  std::string salt;  // 32 bytes, of the evidence entry
  std::string sig;   // 64 bytes

  [[nodiscard]] json::Value evidence_entry() const;
};

struct AnchorProof {
  std::string entry;  // in the root log
  tlog::Proof proof;

  [[nodiscard]] json::Value to_json() const;
  static std::optional<AnchorProof> from_json(const json::Value& value);
};

enum class ReceiptFault : std::uint8_t {
  malformed,      // no JSON, beyond a cap, a member too much, too few or of another form
  not_canonical,  // what it says is in order, the way it is written is not
};

struct Receipt {
  LoggedStatement logged;
  std::optional<json::Value> descriptor;  // an object of the descriptor's form
  std::optional<json::Value> rule;        // an object
  std::optional<std::string> document;
  std::vector<SignedHead> rosters;
  std::vector<HumanProof> humans;
  std::vector<LoggedStatement> reviews;
  std::optional<AgentProof> agent;
  std::optional<AnchorProof> anchor;
  std::vector<std::string> time;       // RFC 3161 tokens, DER
  std::vector<OwnerSignature> owners;  // as in SignedHead; over an erasure's document
  std::vector<Receipt> erasure;        // none or one, instead of a statement
  std::vector<Receipt> erased_people;  // erasures of those whose reviews these are, by pseudonym

  [[nodiscard]] json::Value to_json() const;
  [[nodiscard]] std::string bytes() const;  // JCS, without a line feed
  // Of the bytes without a line feed.
  static std::expected<Receipt, ReceiptFault> parse(std::string_view bytes);
};

}  // namespace lp::evidence
