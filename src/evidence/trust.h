// The trust file: what a verifier brings along, on a way that the server under test does not
// control (spec/receipt-format.md §3). An unknown member is refused, because a mistyped demand must
// not be ignored.

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "evidence/log_keys.h"
#include "evidence/roster.h"
#include "json/value.h"
#include "tlog/note.h"

namespace lp::evidence {

// How strongly people proved themselves; a larger one is stronger.
enum class HumanClass : std::uint8_t { none, session, device, passkey };
// How strongly the log proves itself; `none` is not even signed by the issuer.
enum class LogLevel : std::uint8_t { none, issued, logged, witnessed, time_stamped };

std::string_view to_string(HumanClass human);  // "none" "C" "B" "A"
std::string_view to_string(LogLevel log);      // "none" "L0" … "L3"
// By the names of `min` and `--require`: session device passkey; signed logged witnessed
// time-stamped.
std::optional<HumanClass> human_demand(std::string_view name);
std::optional<LogLevel> log_demand(std::string_view name);
std::string_view demand_name(HumanClass human);
std::string_view demand_name(LogLevel log);

struct RelyingParty {
  std::string rp_id;
  std::vector<std::string> origins;  // of the pages where its passkeys may be used
};

struct WitnessPolicy {
  std::uint64_t quorum = 0;
  std::vector<tlog::CosignerKey> witnesses;
};

struct RootLog {
  std::string origin;
  std::vector<tlog::VerifierKey> log_vkeys;
};

struct Trust {
  std::string origin;
  Digest roster_genesis;
  std::vector<Digest> rosters;  // later versions that receipts may start at
  std::vector<tlog::VerifierKey> log_vkeys;
  std::optional<LogKeyRanges> log;  // of these, the sizes of the trees that each signs
  std::optional<std::vector<IssuerRange>> issuer;
  std::optional<RootLog> root;
  std::vector<RootLog> closed_roots;  // the root logs before it: anchors in them still hold
  std::optional<WitnessPolicy> witnesses;
  std::optional<std::vector<RelyingParty>> rp;
  std::optional<std::vector<std::string>> tsa_roots;  // PEM
  // Of a log that was closed after a rollback: no checkpoint of it is of a larger tree.
  std::optional<std::uint64_t> closed_at;
  // The logs in whose place this one opened, the newest first; they have none of their own.
  std::vector<Trust> predecessors;
  HumanClass min_human = HumanClass::device;
  LogLevel min_log = LogLevel::logged;

  // The error names the member that is wrong.
  static std::expected<Trust, std::string> parse(std::string_view text);
};

// Whether, by these pinned ranges, a key may have signed the leaf at `index`: they list it for that
// index; or they do not know it, and the roster `head` ends one that they list without end before.
// So a file from before a change of keys stays good, as far as the owners have signed the change.
bool may_issue(const std::vector<IssuerRange>& pinned, const RosterHead* head,
               std::string_view spki, std::uint64_t index);

// Whether, by these pinned ranges, a key may have signed a checkpoint of this size. Without ranges
// any of log_vkeys may.
bool may_sign(const Trust& trust, std::string_view vkey, std::uint64_t size);

// What is trusted of a log: a file of its own, or a predecessor's part of another; null without.
const Trust* trust_of(const std::vector<Trust>& trusts [[clang::lifetimebound]],
                      std::string_view origin);

}  // namespace lp::evidence
