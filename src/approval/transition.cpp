#include "approval/transition.h"

namespace lp::approval {
namespace {

consteval Transition leads_to(std::initializer_list<State> states) {
  Transition row;
  for (const State state : states) row.next |= 1u << static_cast<unsigned>(state);
  return row;
}

consteval Transition refused(Refusal refusal) {
  return {refusal, 0};
}

using Row = std::array<Transition, event_count>;

constexpr Row open{
    // approve: below the quorum it stays pending
    leads_to({State::pending, State::approved, State::approved_with_modifications}),
    // edit: a new version; approved only by a quorum that counts its editor
    leads_to({State::pending, State::approved, State::approved_with_modifications}),
    // reject: any one ends it
    leads_to({State::rejected}),
    // request_changes: it waits for a revision, and can still be decided as it is
    leads_to({State::pending}),
    // expire
    leads_to({State::expired}),
    // cancel
    leads_to({State::cancelled}),
    // revise: a new version of the agent's
    leads_to({State::pending}),
};

constexpr Row closed{
    refused(Refusal::already_closed),  // approve
    refused(Refusal::already_closed),  // edit
    refused(Refusal::already_closed),  // reject
    refused(Refusal::already_closed),  // request_changes
    refused(Refusal::already_closed),  // expire
    refused(Refusal::already_closed),  // cancel
    refused(Refusal::already_closed),  // revise
};

constexpr std::array<Row, state_count> table{
    open,    // pending
    closed,  // approved
    closed,  // approved_with_modifications
    closed,  // rejected
    closed,  // expired
    closed,  // cancelled
    closed,  // denied
};

constexpr std::array<std::string_view, event_count> event_names{
    "approve", "edit", "reject", "request_changes", "expire", "cancel", "revise"};

}  // namespace

std::string_view to_string(Event event) {
  return event_names[static_cast<std::size_t>(event)];
}

const Transition& transition(State state, Event event) {
  return table[static_cast<std::size_t>(state)][static_cast<std::size_t>(event)];
}

}  // namespace lp::approval
