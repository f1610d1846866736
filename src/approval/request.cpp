#include "approval/request.h"

#include <algorithm>
#include <array>

#include "approval/quorum.h"
#include "approval/transition.h"

namespace lp::approval {
namespace {

using evidence::EventType;

constexpr std::array<std::string_view, state_count> state_names{
    "pending",   "approved", "approved_with_modifications", "rejected", "expired",
    "cancelled", "denied"};

constexpr std::array<std::string_view, 15> refusal_names{
    "already_closed",   "past_deadline",    "not_past_deadline",   "stale_version",
    "payload_mismatch", "commit_missing",   "not_a_reviewer",      "own_request",
    "own_edit",         "already_reviewed", "not_offered",         "wrong_agent",
    "passkey_needed",   "reason_needed",    "second_person_needed"};
static_assert(refusal_names.size() == static_cast<std::size_t>(Refusal::second_person_needed) + 1);

constexpr std::uint64_t critical_heads = 2;

Event event_of(const Review& wish) {
  if (wish.verdict == Verdict::reject) return Event::reject;
  if (wish.verdict == Verdict::request_changes) return Event::request_changes;
  return wish.edited ? Event::edit : Event::approve;
}

// `now` rules and not the timer: what comes at or after decide_by comes too late even when the
// expiry was not recorded yet.
std::optional<Refusal> too_late(const Request& request, Event event, Instant now) {
  if (const auto& refusal = transition(request.state, event).refusal) return refusal;
  if (now >= request.decide_by) return Refusal::past_deadline;
  return std::nullopt;
}

const Person* find_person(const std::vector<Person>& people, std::string_view member) {
  const auto found = std::find_if(people.begin(), people.end(),
                                  [member](const Person& one) { return one.member == member; });
  return found != people.end() ? &*found : nullptr;
}

bool contains(const std::vector<std::string>& members, std::string_view member) {
  return std::find(members.begin(), members.end(), member) != members.end();
}

std::optional<Refusal> not_a_reviewer(std::string_view member, const Context& context) {
  const Person* const person = find_person(context.people, member);
  if (person != nullptr && may_contribute(context.rule, *person)) return std::nullopt;
  return Refusal::not_a_reviewer;
}

bool owner_excluded(const Request& request, std::string_view member, const Context& context) {
  return !context.single_operator && request.level >= Level::high && member == request.agent_owner;
}

bool editor_excluded(const Request& request, std::string_view member, const Context& context) {
  return !context.single_operator && request.level == Level::critical &&
         contains(request.editors, member);
}

// A client that cannot be asked for changes would wait for ever; and once is enough, for what more
// there is to say is a comment.
std::optional<Refusal> may_ask_changes(const Request& request, std::string_view member,
                                       const Context& context) {
  if (const auto refusal = not_a_reviewer(member, context)) return refusal;
  if (!context.takes_changes) return Refusal::not_offered;
  if (contains(request.changes_asked, member)) return Refusal::already_reviewed;
  return std::nullopt;
}

// One person and one credential count once for a version.
bool has_approved(const Request& request, std::string_view member, std::string_view key) {
  return std::any_of(request.approvals.begin(), request.approvals.end(),
                     [member, key](const CountedReview& review) {
                       return review.member == member || (!key.empty() && review.key == key);
                     });
}

// What the level asks of an approval besides who gives it.
std::optional<Refusal> lacks_ceremony(const Request& request, Proof proof, const Context& context) {
  if (!asks_enough(request, context)) return Refusal::second_person_needed;
  if (proof < proof_needed(request.level)) return Refusal::passkey_needed;
  return std::nullopt;
}

std::optional<Refusal> may_approve(const Request& request, std::string_view member,
                                   std::string_view key, const Context& context) {
  if (const auto refusal = not_a_reviewer(member, context)) return refusal;
  if (owner_excluded(request, member, context)) return Refusal::own_request;
  if (editor_excluded(request, member, context)) return Refusal::own_edit;
  if (has_approved(request, member, key)) return Refusal::already_reviewed;
  return std::nullopt;
}

// An edit makes a version of its own, so what its author said about this one does not stand in the
// way; and saying no, or not so, is open to everybody who has a place in the rule.
std::optional<Refusal> may_speak(const Request& request, const Review& wish, Event event,
                                 const Context& context) {
  if (event == Event::reject) return not_a_reviewer(wish.member, context);
  if (event == Event::request_changes) return may_ask_changes(request, wish.member, context);
  if (event == Event::approve) {
    if (const auto refusal = may_approve(request, wish.member, wish.key, context)) return refusal;
  } else {
    if (const auto refusal = not_a_reviewer(wish.member, context)) return refusal;
    if (owner_excluded(request, wish.member, context)) return Refusal::own_request;
  }
  if (const auto refusal = lacks_ceremony(request, wish.proof, context)) return refusal;
  const bool silent = wish.reason_characters < critical_reason_min;
  if (request.level == Level::critical && silent) return Refusal::reason_needed;
  return std::nullopt;
}

// Whether `seen` is the payload as it stands. A ciphertext that nobody has opened for us has no
// commitment yet: the first review that gives one binds it. Plaintext had one from the start.
bool is_current(const PayloadRef& current, const PayloadRef& seen) {
  if (seen.kind != current.kind || seen.env_sha256 != current.env_sha256) return false;
  if (seen.kid != current.kid) return false;
  if (!seen.commit) return true;
  return current.commit ? seen.commit == current.commit : current.kind != "plain";
}

std::optional<Refusal> check_payload(const Request& request, const Review& wish, Event event) {
  if (event == Event::reject) {
    if (!is_current(request.current, wish.payload)) return Refusal::payload_mismatch;
    return std::nullopt;
  }
  const bool edits = event == Event::edit;
  if (edits && !wish.base) return Refusal::payload_mismatch;
  const PayloadRef& seen = edits ? *wish.base : wish.payload;
  if (!seen.commit || !wish.payload.commit) return Refusal::commit_missing;
  if (!is_current(request.current, seen)) return Refusal::payload_mismatch;
  // What was encrypted stays encrypted, and the other way round: the agent could not read the one,
  // and the server must not read the other.
  const bool keeps_form = (wish.payload.kind == "plain") == (seen.kind == "plain");
  if (!keeps_form) return Refusal::payload_mismatch;
  return std::nullopt;
}

// Unbound means never edited, so what binds the current payload binds the agent's.
void bind(Request& request, const std::optional<Digest>& commit) {
  if (request.current.commit || !commit) return;
  request.current.commit = commit;
  request.base.commit = commit;
}

// Rights are those of now: an approver who has left the roster or is excluded since no longer
// counts.
bool quorum(const Request& request, const Context& context) {
  return satisfied(context.rule, counted_people(request, context));
}

void close(Change& change, State state, EventType event) {
  change.request.state = state;
  change.events.push_back(event);
}

void close_on_quorum(Change& change, const Context& context) {
  if (!quorum(change.request, context)) return;
  if (change.request.current == change.request.base) {
    close(change, State::approved, EventType::decision_approved);
  } else {
    close(change, State::approved_with_modifications,
          EventType::decision_approved_with_modifications);
  }
}

Change approve(const Request& request, const Review& wish, const Context& context) {
  Change change{request, {EventType::review_approved}};
  bind(change.request, wish.payload.commit);
  change.request.approvals.push_back({wish.member, wish.key, {}});
  std::erase(change.request.changes_asked, wish.member);
  close_on_quorum(change, context);
  return change;
}

Change edit(const Request& request, const Review& wish, const Context& context) {
  Change change{request, {EventType::review_edited}};
  Request& next = change.request;
  bind(next, wish.base->commit);
  ++next.version;
  next.current = wish.payload;
  next.approvals.clear();
  next.changes_asked.clear();
  if (!contains(next.editors, wish.member)) next.editors.push_back(wish.member);
  if (next.level != Level::critical) next.approvals.push_back({wish.member, wish.key, {}});
  close_on_quorum(change, context);
  return change;
}

// Whoever asks for changes no longer says yes to what is there.
Change ask_changes(const Request& request, const Review& wish) {
  Change change{request, {EventType::review_changes_requested}};
  Request& next = change.request;
  bind(next, wish.payload.commit);
  std::erase_if(next.approvals,
                [&wish](const CountedReview& review) { return review.member == wish.member; });
  next.changes_asked.push_back(wish.member);
  return change;
}

Change reject(const Request& request, const Review& wish) {
  Change change{request, {EventType::review_rejected}};
  bind(change.request, wish.payload.commit);
  close(change, State::rejected, EventType::decision_rejected);
  return change;
}

}  // namespace

std::string_view to_string(State state) {
  return state_names[static_cast<std::size_t>(state)];
}

std::optional<State> state(std::string_view name) {
  const auto found = std::find(state_names.begin(), state_names.end(), name);
  if (found == state_names.end()) return std::nullopt;
  return static_cast<State>(found - state_names.begin());
}

std::string_view to_string(Refusal refusal) {
  return refusal_names[static_cast<std::size_t>(refusal)];
}

std::expected<Change, Refusal> review(const Request& request, const Review& wish,
                                      const Context& context) {
  const Event event = event_of(wish);
  if (const auto refusal = too_late(request, event, context.now)) return std::unexpected(*refusal);
  if (wish.version != request.version) return std::unexpected(Refusal::stale_version);
  if (const auto refusal = may_speak(request, wish, event, context)) {
    return std::unexpected(*refusal);
  }
  if (const auto refusal = check_payload(request, wish, event)) return std::unexpected(*refusal);
  if (event == Event::approve) return approve(request, wish, context);
  if (event == Event::edit) return edit(request, wish, context);
  if (event == Event::request_changes) return ask_changes(request, wish);
  return reject(request, wish);
}

std::expected<Change, Refusal> expire(const Request& request, Instant now) {
  if (const auto& refusal = transition(request.state, Event::expire).refusal) {
    return std::unexpected(*refusal);
  }
  if (now < request.decide_by) return std::unexpected(Refusal::not_past_deadline);
  Change change{request, {}};
  close(change, State::expired, EventType::decision_expired);
  return change;
}

std::expected<Change, Refusal> cancel(const Request& request, Instant now) {
  if (const auto refusal = too_late(request, Event::cancel, now)) return std::unexpected(*refusal);
  Change change{request, {EventType::request_cancelled}};
  close(change, State::cancelled, EventType::decision_cancelled);
  return change;
}

std::expected<Change, Refusal> revise(const Request& request, std::uint64_t version,
                                      PayloadRef payload, Instant now) {
  if (const auto refusal = too_late(request, Event::revise, now)) return std::unexpected(*refusal);
  if (version != request.version) return std::unexpected(Refusal::stale_version);
  Change change{request, {EventType::request_revised}};
  ++change.request.version;
  change.request.base = payload;
  change.request.current = std::move(payload);
  change.request.editors.clear();
  change.request.approvals.clear();
  change.request.changes_asked.clear();
  return change;
}

std::optional<Refusal> ineligible(const Request& request, std::string_view member,
                                  const Context& context, Proof best) {
  if (const auto refusal = too_late(request, Event::approve, context.now)) return refusal;
  if (const auto refusal = may_approve(request, member, {}, context)) return refusal;
  return lacks_ceremony(request, best, context);
}

std::optional<Refusal> cannot_ask_changes(const Request& request, std::string_view member,
                                          const Context& context) {
  if (const auto refusal = too_late(request, Event::request_changes, context.now)) return refusal;
  return may_ask_changes(request, member, context);
}

Proof proof_needed(Level level) {
  return level >= Level::high ? Proof::passkey : Proof::device;
}

bool asks_enough(const Request& request, const Context& context) {
  return request.level != Level::critical || context.single_operator ||
         heads_required(context.rule) >= critical_heads;
}

std::vector<Person> eligible_people(const Request& request, const Context& context) {
  std::vector<Person> people;
  for (const Person& person : context.people) {
    if (!may_contribute(context.rule, person)) continue;
    if (owner_excluded(request, person.member, context)) continue;
    if (editor_excluded(request, person.member, context)) continue;
    people.push_back(person);
  }
  return people;
}

Level effective_level(Level policy, std::optional<std::string_view> priority) {
  if (!priority) return policy;
  return std::max(policy, evidence::level(*priority).value_or(Level::none));
}

}  // namespace lp::approval
