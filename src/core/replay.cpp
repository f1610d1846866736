#include "core/replay.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "approval/quorum.h"
#include "base/assert.h"
#include "base/id.h"
#include "core/policies.h"
#include "core/ruling.h"
#include "policy/window_counts.h"

namespace lp::core {
namespace {

using policy::Effect;

// By what the log says of it: a policy has denied or allowed, or people were asked.
Said said_then(const store::RequestState& row, bool alone) {
  Said said{.effect = Effect::review, .level = row.state.level, .people = 0};
  if (row.actor_kind == evidence::to_string(evidence::ActorKind::policy)) {
    said.effect = row.state.state == approval::State::denied ? Effect::deny : Effect::allow;
  }
  if (said.effect == Effect::review) {
    said.people = approval::heads_required(approval::rule_of(row.state, alone));
  }
  return said;
}

Said said_now(const policy::Policy& draft, const policy::Ruling& ruling, std::string_view priority,
              bool alone) {
  const auto [effect, level] = treatment_of(ruling, priority);
  Said said{.effect = effect, .level = level, .people = 0};
  const auto tree = approval::Rule::from_json(draft.quorum(ruling));
  if (effect != Effect::review) return said;
  // Several rules at once can be more than a rule may be: nobody could approve.
  said.people = tree ? approval::heads_required(approval::rule_at_level(*tree, level, alone))
                     : approval::rule_heads_max + 1;
  return said;
}

// Oldest first, from `first` on; what is under no signed checkpoint is not told.
store::Result<std::vector<store::FullRequest>> history(Engine& engine, const ProjectView& project,
                                                       Instant first, Replay& answer) {
  store::Reader& reader = engine.reader();
  const auto ids = reader.requests_since(project.row.id, first_id("req", first));
  if (!ids) return std::unexpected(ids.error());
  answer.left_off = ids->size() > replayed_max;
  std::vector<store::FullRequest> found;
  for (std::size_t i = answer.left_off ? ids->size() - replayed_max : 0; i < ids->size(); ++i) {
    auto rows = reader.request((*ids)[i]);
    if (!rows) return std::unexpected(rows.error());
    if (!*rows) continue;  // erased since
    const bool told = (*rows)->request.leaf_index < project.live->signed_size;
    if (told && (*rows)->request.api_key != own_api_key) found.push_back(**std::move(rows));
  }
  // Ids of one millisecond have no order; the log has.
  std::ranges::sort(found, {}, [](const auto& rows) { return rows.request.leaf_index; });
  return found;
}

}  // namespace

std::string_view to_string(Shift shift) {
  switch (shift) {
    case Shift::allowed_though_rejected:
      return "allowed_though_rejected";
    case Shift::denied_though_approved:
      return "denied_though_approved";
    case Shift::newly_allowed:
      return "newly_allowed";
    case Shift::newly_denied:
      return "newly_denied";
    case Shift::newly_asked:
      return "newly_asked";
    case Shift::milder:
      return "milder";
    case Shift::stricter:
      return "stricter";
    case Shift::same:
      return "same";
  }
  assertion_failed("a Shift", __FILE__, __LINE__);
}

Shift shift_of(approval::State state, const Said& then, const Said& now) {
  using approval::State;
  const bool asked = then.effect == Effect::review;
  if (now.effect != then.effect) {
    const bool approved = state == State::approved || state == State::approved_with_modifications;
    if (now.effect == Effect::allow) {
      return asked && state == State::rejected ? Shift::allowed_though_rejected
                                               : Shift::newly_allowed;
    }
    if (now.effect == Effect::review) return Shift::newly_asked;
    return asked && approved ? Shift::denied_though_approved : Shift::newly_denied;
  }
  if (!asked || (now.level == then.level && now.people == then.people)) return Shift::same;
  // What is milder in one part is told, whatever is stricter in the other.
  return now.level < then.level || now.people < then.people ? Shift::milder : Shift::stricter;
}

store::Result<Replay> replay(Engine& engine, const ProjectView& project,
                             const policy::Policy& draft, Instant since) {
  Replay answer;
  const bool alone = project.row.single_operator;
  const auto rows = history(engine, project, since + -draft.longest_window_ms(), answer);
  if (!rows) return std::unexpected(rows.error());
  policy::WindowCounts counts;
  // What could not be read might have counted, and then what counts is unknown, as it is when
  // the server rules.
  bool counted = true;
  for (const store::FullRequest& one : *rows) {
    const store::Request& row = one.request;
    const store::RequestState& state = one.state;
    const auto stored = stored_ask(engine.keys(), row);
    if (!stored) {
      answer.unread += row.created < since ? 0 : 1;
      counted = false;
      continue;
    }
    const policy::Asked asked = stored->asked();
    if (row.created >= since) {
      const auto ruling = draft.rule_on(asked, counted ? &counts : nullptr);
      Replayed judged{.request = row.id,
                   .service = row.service,
                   .action = row.action,
                   .asked = row.created,
                   .state = state.leaf_index < project.live->signed_size
                                ? state.state.state
                                : approval::State::pending,
                   .then = said_then(state, alone),
                   .now = said_now(draft, ruling, row.priority, alone),
                   .rule = draft.rule_name(ruling)};
      judged.shift = shift_of(judged.state, judged.then, judged.now);
      answer.requests.push_back(std::move(judged));
    }
    counts.add(draft.window_entries(asked), row.created);
  }
  std::ranges::sort(answer.requests, [](const Replayed& a, const Replayed& b) {
    return std::tie(a.shift, b.request) < std::tie(b.shift, a.request);
  });
  return answer;
}

}  // namespace lp::core
