// A receipt under examination: what the checks of verify_receipt.h share. Of this folder only.

#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/receipt.h"
#include "evidence/statement.h"
#include "evidence/trust.h"
#include "evidence/verify_receipt.h"
#include "tlog/note.h"

namespace lp::evidence {

// A statement with its place in the log, read.
struct Entry {
  const LoggedStatement* logged = nullptr;
  Statement statement;  // empty where it was erased
  bool subject_fits = true;
  Digest sha256;  // of the statement
  tlog::Note note;
  tlog::Checkpoint checkpoint;

  [[nodiscard]] std::uint64_t index() const { return logged->proof.index; }
};

struct Failure {
  Finding verdict = Finding::invalid;
  std::string why;
};
// Outcome::ok or Outcome::absent, or why not.
using Checking = std::expected<Outcome, Failure>;

inline std::unexpected<Failure> invalid(std::string why) {
  return std::unexpected(Failure{Finding::invalid, std::move(why)});
}
inline std::unexpected<Failure> indeterminate(std::string why) {
  return std::unexpected(Failure{Finding::indeterminate, std::move(why)});
}

// Filled from one check to the next; a check may rely on those before it.
struct Examination {
  std::string_view bytes;
  const std::vector<Trust>& trusts;
  const Demands& demands;

  Receipt receipt;
  std::vector<Entry> entries;    // the receipt's own, then its reviews
  std::string origin;            // of the log
  const Trust* trust = nullptr;  // for that origin
  HumanClass human = HumanClass::none;
  LogLevel log = LogLevel::none;
  bool witnessed = false;
  std::vector<std::string> names;
  std::optional<bool> cosigned;  // as of ReceiptReport

  [[nodiscard]] const Entry& own() const { return entries.front(); }
  [[nodiscard]] const Statement& statement() const { return own().statement; }
  [[nodiscard]] bool is_erased() const { return !receipt.erasure.empty(); }
  // Of an erased statement: those of the erasure.
  [[nodiscard]] const std::vector<SignedHead>& rosters() const {
    return is_erased() ? receipt.erasure.front().rosters : receipt.rosters;
  }
  void choose_trust(std::string_view of_origin);
};

// Types whose evidence is people's signatures.
// A decision of such a type that people made, and not a policy.
[[nodiscard]] bool is_people_decision(const Statement& statement);

// check_log.cpp
Checking check_statement(Examination& it);
Checking check_erasure(Examination& it);
Checking check_marks(Examination& it);
Checking check_leaf(Examination& it);
Checking check_issuer_signature(Examination& it);
Checking check_inclusion(Examination& it);
Checking check_checkpoint(Examination& it);
Checking check_roster(Examination& it);
Checking check_issuer_range(Examination& it);
// check_people.cpp
Checking check_human(Examination& it);
Checking check_quorum(Examination& it);
// check_meaning.cpp
Checking check_agent(Examination& it);
Checking check_semantics(Examination& it);
// check_outside.cpp
Checking check_anchor(Examination& it);
Checking check_witnesses(Examination& it);
Checking check_time(Examination& it);
Checking check_trust(Examination& it);
Checking check_requirement(Examination& it);

// Whether the note has exactly one line of the log's own keys, which verifies; lines of other keys
// are left alone. What is wrong, or the own key.
std::expected<const tlog::VerifierKey*, std::string> own_signature(
    const tlog::Note& note, const std::vector<tlog::VerifierKey>& own_keys);

}  // namespace lp::evidence
