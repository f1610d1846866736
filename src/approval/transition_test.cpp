#include "approval/transition.h"

#include <gtest/gtest.h>

namespace lp::approval {
namespace {

TEST(Transition, HasARowForEveryStateAndEvent) {
  for (std::size_t s = 0; s < state_count; ++s) {
    for (std::size_t e = 0; e < event_count; ++e) {
      const Transition& row = transition(static_cast<State>(s), static_cast<Event>(e));
      // Refused, or leading somewhere, and never both.
      EXPECT_NE(row.refusal.has_value(), row.next != 0) << s << " " << e;
    }
  }
}

TEST(Transition, LeavesNoClosedState) {
  for (std::size_t s = 0; s < state_count; ++s) {
    const auto from = static_cast<State>(s);
    if (!terminal(from)) continue;
    for (std::size_t e = 0; e < event_count; ++e) {
      EXPECT_EQ(transition(from, static_cast<Event>(e)).refusal, Refusal::already_closed);
    }
  }
}

TEST(Transition, ReachesEachStateOnlyByItsEvents) {
  const auto reached_by = [](State to) {
    std::string events;
    for (std::size_t e = 0; e < event_count; ++e) {
      const auto event = static_cast<Event>(e);
      if (transition(State::pending, event).may_lead_to(to)) {
        events += std::string(to_string(event)) + " ";
      }
    }
    return events;
  };
  EXPECT_EQ(reached_by(State::pending), "approve edit request_changes revise ");
  EXPECT_EQ(reached_by(State::approved), "approve edit ");
  EXPECT_EQ(reached_by(State::approved_with_modifications), "approve edit ");
  EXPECT_EQ(reached_by(State::rejected), "reject ");
  EXPECT_EQ(reached_by(State::expired), "expire ");
  EXPECT_EQ(reached_by(State::cancelled), "cancel ");
  // Denied is where a policy opens a request, never where one goes.
  EXPECT_EQ(reached_by(State::denied), "");
}

}  // namespace
}  // namespace lp::approval
