// What a receipt is worth (spec/receipt-format.md §4, §5): a row of checks, each with its result,
// and one verdict. Pure: bytes and what the verifier brought along go in, a report comes out; the
// same everywhere and at every time. Never a crash, whatever the bytes are.

#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "evidence/receipt.h"
#include "evidence/roster.h"
#include "evidence/statement.h"
#include "evidence/trust.h"
#include "json/value.h"
#include "tlog/note.h"

namespace lp::evidence {

// In this order; `erasure` stands in the place of `statement` where that was erased.
enum class Check : std::uint8_t {
  parse,
  canonical,
  statement,
  erasure,
  marks,
  leaf,
  issuer_signature,
  inclusion,
  checkpoint,
  roster,
  issuer_range,
  human,
  quorum,
  agent,
  semantics,
  anchor,
  witnesses,
  time,
  trust,
  requirement,
};
std::string_view to_string(Check check);

// `erased`, of `human` alone: the signatures hold, and who one of these people was is gone.
enum class Outcome : std::uint8_t { ok, erased, failed, absent, not_run };
std::string_view to_string(Outcome outcome);

enum class Finding : std::uint8_t { valid, erased, indeterminate, invalid };
std::string_view to_string(Finding finding);  // "VALID", …
int exit_status(Finding finding);             // 0, 20, 30, 40

struct CheckResult {
  Check check = Check::parse;
  Outcome outcome = Outcome::not_run;
  std::string why;  // "" unless it failed
};

struct ReceiptReport {
  Finding verdict = Finding::invalid;
  std::optional<Check> check;  // that did not hold
  std::string why;
  HumanClass human = HumanClass::none;  // as far as the checks that ran have established it
  LogLevel log = LogLevel::none;        // likewise
  std::optional<Statement> statement;   // as it reads; it may be false unless VALID
  std::optional<std::uint64_t> index;   // of the leaf
  std::string origin;                   // "" when nothing could be read
  std::vector<std::string> marks;       // of the statement, and `demo` and `test` of its rosters
  std::optional<bool> cosigned;         // the roster entries of these people, each by another owner
  std::vector<std::string> names;       // pseudonyms of the people whose signatures hold
  std::vector<CheckResult> checks;

  [[nodiscard]] json::Value to_json() const;
  // For people: one line a check, then what the verdict means. No line feed at the end.
  [[nodiscard]] std::string text() const;
};

// What the caller asks for, beyond `min` of the trust file.
struct Demands {
  bool allow_test = false;
  HumanClass human = HumanClass::none;
  LogLevel log = LogLevel::none;
};

// The bytes of a file without the one line feed that may stand behind them.
std::string_view without_line_feed(std::string_view bytes);

// `bytes` are those of one receipt, without a line feed behind them. `trusts` has at most one of
// each origin; those of a log before may be part of another.
ReceiptReport verify_receipt(std::string_view bytes, const std::vector<Trust>& trusts,
                             const Demands& demands);

// --- of a whole log, where tree, checkpoint and rosters are checked once (src/verify) ----------

// The checkpoint in a note that exactly one key of the trust file signed as the log. `heads` are
// the rosters, ascending. The error is a sentence.
std::expected<tlog::Checkpoint, std::string> verify_checkpoint(
    std::string_view note, const Trust& trust, const std::vector<RosterHead>& heads);

// Who beside the log stands behind that checkpoint: its anchor in the root log, and witnesses on
// either note. What is there must verify, as in a receipt.
struct Standing {
  Finding verdict = Finding::valid;
  std::string why;  // not VALID
  LogLevel log = LogLevel::logged;
  std::optional<Instant> earliest;  // of the cosignatures: no event under it may be much later
};
Standing verify_standing(std::string_view note, const std::optional<AnchorProof>& anchor,
                         const Trust& trust);
// How much a witness's clock may be behind the server's.
inline constexpr std::int64_t witness_slack_ms = 300'000;

// The roster that a statement names (version 1 when it names none), or null.
using HeadOf = std::function<const RosterHead*(const std::optional<Digest>& named)>;

// What is left to check of an entry whose leaf is known to be at its index: statement, marks, leaf,
// issuer signature and issuer range. `entry.proof` gives the index and nothing else.
ReceiptReport verify_entry(const LoggedStatement& entry, const HeadOf& head_of,
                           const std::vector<Trust>& trusts, const Demands& demands);
// Whether a person's word stands in the entry, so that only a whole receipt says what it is worth.
[[nodiscard]] bool is_of_people(const Statement& statement);

}  // namespace lp::evidence
