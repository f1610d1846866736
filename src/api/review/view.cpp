#include "api/review/view.h"

#include <algorithm>
#include <set>

#include "api/errors.h"
#include "api/letsping/permits.h"
#include "api/review/attachments.h"
#include "api/review/ruling_view.h"
#include "approval/quorum.h"
#include "base/text.h"
#include "core/new_keys.h"
#include "core/number_match.h"
#include "core/offer.h"
#include "core/passkeys.h"
#include "core/request_event.h"
#include "crypto/hash.h"
#include "identity/rights.h"
#include "json/text_array.h"
#include "json/write.h"

namespace lp::api {
namespace {

void add_text(json::Value& value, std::string_view name, const std::string& text) {
  if (!text.empty()) value.add(name, text);
}

std::string_view to_string(core::Presence::Waiting waiting) {
  using Waiting = core::Presence::Waiting;
  switch (waiting) {
    case Waiting::never:
      return "never";
    case Waiting::connected:
      return "connected";
    case Waiting::polling:
      return "polling";
    case Waiting::gone:
      return "gone";
  }
  return "never";
}

void add_reference(json::Value& value, const evidence::PayloadRef& payload) {
  if (payload.env_sha256) value.add("env_sha256", payload.env_sha256->hex());
  if (payload.commit) value.add("commit", payload.commit->hex());
  if (payload.kid) value.add("kid", *payload.kid);
}

json::Value describe_agent(const core::Directory& directory, const store::Request& row) {
  auto agent = json::Value::object();
  agent.add("id", row.agent_id);
  std::string name;
  if (const auto found = directory.agents.find(row.agent_id); found != directory.agents.end()) {
    name = found->second.handle;
  }
  for (const auto& [digest, key] : directory.keys) {
    if (name.empty() && key.id == row.api_key) name = key.name;
  }
  agent.add("name", name.empty() ? row.agent_id : name)
      .add("kind", row.agent_id == row.api_key ? "api_key" : "agent")
      .add("strength", row.strength);
  return agent;
}

std::string_view verdict_of(approval::State state) {
  switch (state) {
    case approval::State::approved:
    case approval::State::approved_with_modifications:
      return "approve";
    case approval::State::rejected:
    case approval::State::denied:
      return "reject";
    case approval::State::pending:
    case approval::State::expired:
    case approval::State::cancelled:
      return "none";
  }
  return "none";
}

// Where the decision stands in the log, and the checkpoint that covers it.
json::Value describe_log(const core::ProjectView& project, const store::RequestState& state) {
  auto log = json::Value::object();
  log.add("index", state.leaf_index)
      .add("origin", project.row.origin)
      .add("statement_sha256", state.statement_sha256.hex());
  if (const auto note = project.live->checkpoint.load()) log.add("checkpoint", *note);
  return log;
}

// Who closed it: a member by name, or what else did.
json::Value describe_closer(const core::Directory& directory, const store::RequestState& state) {
  auto by = describe_member(directory, state.actor);
  by.add("kind", state.actor_kind);
  return by;
}

// Whose turn it can be: those who may decide.
json::Value describe_reviewers(const core::Directory& directory, const core::ProjectView& project) {
  std::set<std::string> listed;
  json::Array items;
  for (const auto& entry : project.entries) {
    if (!identity::grants(entry.roles, identity::Right::decide)) continue;
    if (listed.insert(entry.member).second)
      items.push_back(describe_member(directory, entry.member));
  }
  return json::Value::array(std::move(items));
}

std::string_view class_of(std::string_view method) {
  if (method == "device_key") return "device";
  return method == "passkey" || method == "fido2" ? "passkey" : "none";
}

json::Value describe_decision(const core::Directory& directory, const core::ProjectView& project,
                              const core::RequestView& view) {
  const store::RequestState& state = view.rows.state;
  auto decision = json::Value::object();
  decision.add("verdict", verdict_of(view.state))
      .add("state", approval::to_string(view.state))
      .add("by", describe_closer(directory, state))
      .add("method", state.method)
      .add("class", class_of(state.method));
  add_text(decision, "reason", view.reason);
  if (state.decided) decision.add("at", lp::to_string(*state.decided));
  decision.add("log", describe_log(project, state));
  return decision;
}

json::Value describe_offer(const evidence::DecisionCore& core) {
  auto payload = json::Value::object();
  payload.add("kind", core.payload.kind);
  add_reference(payload, core.payload);
  auto offer = json::Value::object();
  offer.add("nonce", core.nonce)
      .add("time", lp::to_string(core.issued_at))
      .add("expires_at", lp::to_string(core.expires_at))
      .add("aud", core.aud)
      .add("request_id", core.request_id)
      .add("version", core.version)
      .add("request_sha256", core.request_sha256.hex())
      .add("level", evidence::to_string(core.level))
      .add("policy_sha256", core.policy_sha256.hex())
      .add("roster_sha256", core.roster_sha256.hex())
      .add("rule_sha256", core.rule_sha256.hex())
      .add("approver", core.approver)
      .add("key", core.key)
      .add("payload", std::move(payload));
  return offer;
}

using Passkeys = std::vector<const store::Passkey*>;

// The key that the offer is for: that of the device, and where there is none a passkey.
std::string signing_key(const core::ProjectView& project, const Viewer& viewer,
                        const Passkeys& passkeys) {
  if (project.entry_of(viewer.member, viewer.key) != nullptr) return viewer.key;
  return passkeys.empty() ? std::string() : passkeys.front()->key;
}

// Of somebody's keys those that count at a level, and when the first of the others does.
struct CountingKeys {
  Passkeys passkeys;
  std::string key;  // that the offer is for; "" when none counts
  std::optional<Instant> counts_at;
};
CountingKeys keys_that_count(Context& context, const core::Directory& directory,
                             const core::ProjectView& project, const Viewer& viewer,
                             evidence::Level level, const Passkeys& all, Instant now) {
  CountingKeys found;
  const std::int64_t wait_ms = level < evidence::Level::high
                                   ? 0
                                   : core::new_key_wait_ms(context.engine.options(), project);
  const auto counts = [&](const std::string& key) {
    const auto* entry = project.entry_of(viewer.member, key);
    if (entry == nullptr) return false;
    const auto from =
        core::counts_from(context.engine.reader(), directory, project, *entry, wait_ms, now);
    if (from && !*from) return true;
    // What cannot be read does not count.
    const Instant at = from ? **from : now + wait_ms;
    found.counts_at = std::min(found.counts_at.value_or(at), at);
    return false;
  };
  std::ranges::copy_if(all, std::back_inserter(found.passkeys),
                       [&](const store::Passkey* one) { return counts(one->key); });
  if (counts(viewer.key)) {
    found.key = viewer.key;
  } else if (!found.passkeys.empty()) {
    found.key = found.passkeys.front()->key;
  }
  return found;
}

// The same offer for each passkey of the viewer: the nonce is bound to the key that signs.
json::Value describe_passkeys(Context& context, const core::ProjectView& project,
                              const core::RequestView& view, const Viewer& viewer,
                              const Passkeys& passkeys, Instant now) {
  json::Array items;
  for (const store::Passkey* passkey : passkeys) {
    const auto core =
        core::make_offer(view.rows.request, view.rows.state.state, project, viewer.member,
                         passkey->key, context.engine.keys(), now, context.engine.entropy());
    auto item = json::Value::object();
    item.add("key", passkey->key)
        .add("credential", base64(passkey->credential))
        .add("rp_id", passkey->rp_id)
        .add("created_at", lp::to_string(passkey->created))
        .add("nonce", core.nonce);
    items.push_back(std::move(item));
  }
  return json::Value::array(std::move(items));
}

std::string why_not(std::optional<approval::Refusal> refusal, approval::Proof needed,
                    const approval::Progress& progress) {
  if (refusal) return std::string(describe(reason_of(*refusal)).sentence);
  std::string sentence = needed == approval::Proof::passkey ? "You can approve with your passkey: "
                                                            : "You can approve: ";
  if (progress.needed == 1) return sentence + "one reviewer is enough.";
  const bool last = progress.done + 1 == progress.needed;
  return sentence + (last ? "yours is the last that it takes."
                          : std::to_string(progress.needed) + " different people must.");
}

// How far a pending request has come, for everybody who sees it.
json::Value describe_quorum(const core::Directory& directory, const approval::Request& state,
                            const approval::Context& domain, const approval::Progress& progress) {
  auto missing = json::Value::array();
  for (const auto& part : progress.missing) {
    auto one = json::Value::object();
    one.add("group", part.group).add("people", part.heads);
    missing.items().push_back(std::move(one));
  }
  auto approved = json::Value::array();
  for (const auto& person : approval::counted_people(state, domain)) {
    auto one = json::Value::object();
    one.add("id", person.member);
    const auto known = directory.members.find(person.member);
    const bool named = known != directory.members.end() && !known->second.erased;
    if (named) one.add("name", known->second.name);
    approved.items().push_back(std::move(one));
  }
  auto quorum = json::Value::object();
  quorum.add("done", progress.done)
      .add("needed", progress.needed)
      .add("missing", std::move(missing))
      .add("approved_by", std::move(approved))
      .add("text", approval::to_sentence(progress));
  return quorum;
}

bool may(const core::ProjectView& project, const Viewer& viewer, identity::Right right) {
  const auto* entry = project.place_of(viewer.member, viewer.key, viewer.only_signs_in);
  return entry != nullptr && identity::grants(entry->roles, right);
}

// Of an open request at critical, whose approval may take the number that the asking program shows:
// whether it takes one now, and how often one may still be wrong.
struct Numbers {
  bool asked = false;
  std::optional<unsigned> tries_left;  // of a client that shows numbers
  [[nodiscard]] bool locked() const { return tries_left == 0U; }
};
std::optional<Numbers> numbers_of(Context& context, const core::RequestView& view) {
  const approval::Request& state = view.rows.state.state;
  if (terminal(view.state) || state.level != evidence::Level::critical) return std::nullopt;
  if (!core::takes_number(view.capabilities, state)) return Numbers{};
  core::Engine& engine = context.engine;
  const auto standing = core::number_standing(engine.reader(), engine.keys(), state);
  // What cannot be read is shown as locked: nothing is approved on what nobody knows.
  return Numbers{.asked = core::asking_side_waits(engine.presence(), view.rows.request.id,
                                                  engine.clock().now()),
                 .tries_left = standing ? standing->tries_left() : 0};
}

// Whether this viewer can decide, and why not in words that a person understands.
void add_offer(Context& context, const core::Directory& directory, json::Value& detail,
               const core::ProjectView& project, const core::RequestView& view,
               const Viewer& viewer, bool locked) {
  const approval::Request& state = view.rows.state.state;
  const Instant now = context.engine.clock().now();
  const Passkeys all = core::decision_passkeys(directory, project, viewer.member);
  const auto [passkeys, counting, counts_at] =
      keys_that_count(context, directory, project, viewer, state.level, all, now);
  const std::string key = counting.empty() ? signing_key(project, viewer, all) : counting;
  const bool listed = !key.empty() && may(project, viewer, identity::Right::decide);
  approval::Context domain{
      .now = now,
      .rule = approval::rule_of(state, project.row.single_operator),
      .people = project.people,
      .single_operator = project.row.single_operator};
  std::optional<approval::Refusal> why;
  if (!listed) {
    why = approval::Refusal::not_a_reviewer;
  } else if (terminal(view.state)) {
    why = approval::Refusal::already_closed;
  } else {
    why =
        approval::ineligible(state, viewer.member, domain,
                             all.empty() ? approval::Proof::device : approval::Proof::passkey);
  }
  // From level high on nothing but a passkey approves, and none of theirs counts yet.
  const bool too_new = listed && !why && counts_at && passkeys.empty();
  const bool open = listed && !terminal(view.state) && domain.now < state.decide_by;
  const approval::Proof needed = approval::proof_needed(state.level);
  const auto progress = approval::progress(domain.rule, approval::counted_people(state, domain));
  auto eligibility = json::Value::object();
  domain.takes_changes = core::takes_changes(view.capabilities);
  const bool asks =
      listed && !approval::cannot_ask_changes(state, viewer.member, domain).has_value();
  const bool signs = !counting.empty();
  eligibility.add("can_approve", !why.has_value() && !too_new && !locked)
      .add("can_reject", open && signs)
      .add("can_request_changes", asks && open && signs)
      .add("needs", needed == approval::Proof::passkey ? "passkey" : "device");
  if (too_new) {
    eligibility.add("why", core::new_key_sentence(*counts_at));
  } else if (!why && locked) {
    eligibility.add("why", describe(Reason::number_locked).sentence);
  } else {
    eligibility.add("why", why_not(why, needed, progress));
  }
  if (counts_at) eligibility.add("counts_at", lp::to_string(*counts_at));
  detail.add("eligibility", std::move(eligibility));
  // Nothing of a decision that is not under a signed checkpoint yet.
  if (!terminal(state.state)) {
    detail.add("quorum", describe_quorum(directory, state, domain, progress));
  }
  if (!open || !signs) return;
  detail.add("offer", describe_offer(core::make_offer(view.rows.request, state, project,
                                                      viewer.member, key, context.engine.keys(),
                                                      domain.now, context.engine.entropy())));
  detail.add("passkeys", describe_passkeys(context, project, view, viewer, passkeys, domain.now));
}

// While it waits: whose turn it is, who asked the agent for changes, and when it is here again.
void add_turn(json::Value& value, const core::Directory& directory, const core::RequestView& view,
              std::optional<Instant> put_off) {
  if (terminal(view.state)) return;
  const auto& assignment = view.rows.assignment;
  if (assignment && !assignment->member.empty()) {
    value.add("assignee", describe_member(directory, assignment->member));
  }
  json::Array asked;
  for (const std::string& member : view.rows.state.state.changes_asked) {
    asked.push_back(describe_member(directory, member));
  }
  if (!asked.empty()) value.add("changes_asked", json::Value::array(std::move(asked)));
  if (put_off) value.add("put_off_until", lp::to_string(*put_off));
}

// As it was asked and, once it was edited and decided, as it runs.
void add_payload(json::Value& value, const core::RequestView& view) {
  const approval::Request& state = view.rows.state.state;
  value.add("payload", view.payload);
  if (!view.commit_key.empty()) value.add("commit_key", base64(view.commit_key));
  if (view.rows.request.payload_kind == "plain") value.add("lossy", json::text_array(view.lossy));
  if (view.edited_payload.empty()) return;
  auto edited = json::Value::object();
  edited.add("payload", view.edited_payload).add("payload_kind", state.current.kind);
  add_reference(edited, state.current);
  value.add("edited", std::move(edited));
}

std::optional<Instant> put_off_until(Context& context, std::string_view member,
                                     std::string_view request) {
  const auto rows = context.engine.reader().snoozes(member);
  if (!rows) return std::nullopt;
  const auto row = std::ranges::find(*rows, request, &store::Snooze::request);
  if (row == rows->end() || row->until <= context.engine.clock().now()) return std::nullopt;
  return row->until;
}

}  // namespace

json::Value describe_member(const core::Directory& directory, const std::string& id) {
  auto value = json::Value::object();
  value.add("id", id);
  if (const auto member = directory.members.find(id); member != directory.members.end()) {
    if (member->second.erased) value.add("erased", true);
    if (!member->second.erased) value.add("name", member->second.name);
  }
  return value;
}

json::Value request_summary(Context& context, const core::Directory& directory,
                            const core::RequestView& view, std::optional<Instant> put_off) {
  const store::Request& row = view.rows.request;
  const approval::Request& state = view.rows.state.state;
  const core::ProjectView* project = directory.project(row.project);
  auto value = json::Value::object();
  value.add("id", row.id)
      .add("project", row.project)
      .add("project_name", project != nullptr ? project->row.name : std::string{})
      .add("version", state.version)
      .add("state", approval::to_string(view.state))
      .add("level", evidence::to_string(state.level))
      .add("priority", row.priority)
      .add("service", row.service)
      .add("action", row.action)
      .add("agent", describe_agent(directory, row));
  add_text(value, "environment", row.environment);
  add_text(value, "role", row.role);
  add_text(value, "trace_id", row.trace_id);
  add_text(value, "parent_request_id", row.parent_request_id);
  const auto presence = context.engine.presence().view(row.id, context.engine.clock().now());
  auto waiting = json::Value::object();
  waiting.add("state", to_string(presence.waiting));
  if (presence.waiting != core::Presence::Waiting::never) {
    waiting.add("at", lp::to_string(presence.last));
  }
  value.add("created_at", lp::to_string(row.created))
      .add("decide_by", lp::to_string(state.decide_by))
      .add("payload_kind", row.payload_kind)
      .add("marks", json::text_array(view.marks))
      .add("waiting", std::move(waiting));
  add_turn(value, directory, view, put_off);
  if (terminal(view.state) && view.rows.state.decided) {
    value.add("decided_at", lp::to_string(*view.rows.state.decided))
        .add("decided_by", describe_closer(directory, view.rows.state));
    if (view.rows.delivery) value.add("delivered_at", lp::to_string(view.rows.delivery->at));
  }
  return value;
}

json::Value request_detail(Context& context, const core::Directory& directory,
                           const core::RequestView& view, const std::optional<Viewer>& viewer) {
  const core::ProjectView* project = directory.project(view.rows.request.project);
  const approval::Request& state = view.rows.state.state;
  json::Value value = request_summary(
      context, directory, view,
      viewer ? put_off_until(context, viewer->member, view.rows.request.id) : std::nullopt);
  const bool plain = view.rows.request.payload_kind == "plain";
  const bool opened = !plain || !viewer || may(*project, *viewer, identity::Right::open_payload);
  if (opened) add_payload(value, view);
  add_ruling(value, context, view);
  if (!opened) value.add("payload_withheld", true);
  add_attachments(value, context, *project, view);
  // The agent's own bytes; an edit stands under `edited`.
  add_reference(value, state.base);
  add_text(value, "facts", view.facts);
  add_text(value, "schema", view.schema);
  value.add("request_sha256", view.rows.request.request_sha256.hex());
  if (terminal(view.state)) {
    value.add("decision", describe_decision(directory, *project, view));
    if (auto permit = permit_shown(context, directory, view)) {
      value.add("permit", *std::move(permit));
    }
  }
  value.add("takes_changes", core::takes_changes(view.capabilities));
  const auto numbers = numbers_of(context, view);
  if (numbers) value.add("number_match", numbers->asked);
  if (numbers && numbers->tries_left) {
    value.add("number_tries_left", std::uint64_t{*numbers->tries_left});
  }
  if (!viewer) return value;
  if (!terminal(view.state) && may(*project, *viewer, identity::Right::take_part)) {
    value.add("reviewers", describe_reviewers(directory, *project));
  }
  add_offer(context, directory, value, *project, view, *viewer, numbers && numbers->locked());
  return value;
}

}  // namespace lp::api
