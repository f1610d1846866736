// One approval request, and the only ways in which it may change.
//
// A request is opened once and closed once. What closes it is a person, a policy, its agent or its
// own deadline; whichever is recorded first wins, and the others are refused with a reason that
// says who won. Nothing here reads a clock, a database or a socket: the caller passes what it knows
// and gets back the change to record. The same functions serve live traffic, replay and the
// simulator.
//
// The change is not yet true when it is returned: it is true when the log has it on disk, and no
// reply may leave before (core/gate.h).

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "approval/rule.h"
#include "base/digest.h"
#include "base/time.h"
#include "evidence/event.h"
#include "evidence/values.h"

namespace lp::approval {

using evidence::Level;
using evidence::PayloadRef;
using evidence::Verdict;

enum class State : std::uint8_t {
  pending,
  approved,
  approved_with_modifications,
  rejected,
  expired,
  cancelled,
  denied,
};
std::string_view to_string(State state);
std::optional<State> state(std::string_view name);
[[nodiscard]] inline bool terminal(State state) {
  return state != State::pending;
}

// A counted review of the current version. review() cannot know the hash of a statement that is
// built from its answer: the caller sets `statement_sha256` on the approval that was added.
struct CountedReview {
  std::string member;
  std::string key;
  Digest statement_sha256;
};

// What the policy in force said of a request when it was asked, or last revised. Who must approve
// is fixed with it: another policy that becomes active later rules on later requests.
struct Ruled {
  std::uint64_t version = 0;  // of the policy; 0: there is none, and only the rule is another
  Digest sha256;              // of the policy
  std::string name;           // of its rule; "defaults", "unknown_tool"
  Rule rule;

  friend bool operator==(const Ruled&, const Ruled&) = default;
};

struct Request {
  std::string id;
  std::uint64_t version = 1;
  State state = State::pending;
  Level level = Level::medium;
  Instant created;
  Instant decide_by;
  PayloadRef base;     // the agent's last bytes (create or revise); commit once bound by a review
  PayloadRef current;  // differs from base after an edit
  std::string agent_owner;                 // a member, for separation of duties
  bool no_isolation = false;               // asked by a process of the server's own account
  std::vector<std::string> editors;        // members whose edits are in the current version
  std::vector<CountedReview> approvals;    // of the current version
  std::vector<std::string> changes_asked;  // members who asked the agent for changes of it
  std::optional<Ruled> ruled;              // absent: the level alone says who must approve
};

// Why a wish was refused. Each maps to one wire error in api/errors.cpp.
enum class Refusal : std::uint8_t {
  already_closed,     // someone was first; the reply names them
  past_deadline,      // even if the timer has not fired yet: `now` rules, not the timer
  not_past_deadline,  // expire called too early
  stale_version,      // the wish is about another version
  payload_mismatch,   // env_sha256, kid or commit is not of the payload as it stands
  commit_missing,     // an approval of what was not decrypted
  not_a_reviewer,     // nobody in the roster, or the rule has no place for them
  own_request,        // the agent's owner, where that is excluded
  own_edit,           // approving bytes that this person edited, where that is excluded
  already_reviewed,   // this person counted for this version, or asked for changes of it
  not_offered,        // the client cannot receive this verdict (request_changes to a stock client)
  wrong_agent,        // cancel or revise by somebody else
  passkey_needed,     // an approval from level high on, not signed with a passkey
  reason_needed,      // an approval at critical that does not say why
  second_person_needed,  // critical in a team, under a rule that one person satisfies
};
std::string_view to_string(Refusal refusal);

// How a person signs (evidence.md 8): with a device key, class B, or with a passkey, class A.
enum class Proof : std::uint8_t { device, passkey };
// What an approval at this level takes.
[[nodiscard]] Proof proof_needed(Level level);
// How long a reason must be at critical, in characters.
inline constexpr std::size_t critical_reason_min = 12;

// A signed review that has passed signature and core checks.
struct Review {
  std::uint64_t version = 1;
  Verdict verdict = Verdict::reject;
  PayloadRef payload;  // what was reviewed; with `edited` what shall run instead
  bool edited = false;
  std::string member;
  std::string key;
  // With `edited`: what was edited (member base of the decision core). Must be the payload as it
  // stands, and binds its commit like any review of it.
  std::optional<PayloadRef> base = std::nullopt;
  Proof proof = Proof::device;
  std::size_t reason_characters = 0;  // of the reason that was signed
};

struct Context {
  Instant now;
  Rule rule;
  std::vector<Person> people;  // of the roster in force
  bool single_operator = true;
  bool takes_changes = false;  // the client that asked can be asked for changes
};

// What to record, in this order. `request` is the state afterwards.
struct Change {
  Request request;
  std::vector<evidence::EventType> events;
};

[[nodiscard]] std::expected<Change, Refusal> review(const Request& request, const Review& wish,
                                                    const Context& context);
[[nodiscard]] std::expected<Change, Refusal> expire(const Request& request, Instant now);
[[nodiscard]] std::expected<Change, Refusal> cancel(const Request& request, Instant now);
// New bytes from the agent: version + 1, reviews void.
[[nodiscard]] std::expected<Change, Refusal> revise(const Request& request, std::uint64_t version,
                                                    PayloadRef payload, Instant now);

// Why this person can or cannot approve, before anything is rendered; nothing when they can with
// the best proof that they have. A person with `already_reviewed` may still reject or edit, all
// others whom the rule has a place for may still reject: saying no is never excluded, and takes no
// more than a device key.
[[nodiscard]] std::optional<Refusal> ineligible(const Request& request, std::string_view member,
                                                const Context& context,
                                                Proof best = Proof::passkey);

// Likewise, why they cannot ask the agent for changes.
[[nodiscard]] std::optional<Refusal> cannot_ask_changes(const Request& request,
                                                        std::string_view member,
                                                        const Context& context);

// Whether the rule asks as many people as the level demands: two at critical, unless there is
// nobody else (approval.md, Levels). Otherwise nobody can approve.
[[nodiscard]] bool asks_enough(const Request& request, const Context& context);

// The people whose approvals count for this request, whether they have spoken or not: n of RuleRef.
// When satisfied(rule, these) is false nobody can approve it: `no_eligible_approver` at ingest.
[[nodiscard]] std::vector<Person> eligible_people(const Request& request, const Context& context);

// max(policy, mapped priority): only ever raised (wire.md Decision 7).
[[nodiscard]] Level effective_level(Level policy, std::optional<std::string_view> priority);

}  // namespace lp::approval
