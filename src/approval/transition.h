// The table of every state and every event (approval.md, state machine of a request).
//
// One row for each pair: refused with a stable reason, or the states that the event may lead to.
// request.cpp asks the table before anything else; the tests hold what it does against the rows.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "approval/request.h"

namespace lp::approval {

enum class Event : std::uint8_t {
  approve,
  edit,
  reject,
  request_changes,
  expire,
  cancel,
  revise,
};
std::string_view to_string(Event event);

inline constexpr std::size_t state_count = static_cast<std::size_t>(State::denied) + 1;
inline constexpr std::size_t event_count = static_cast<std::size_t>(Event::revise) + 1;

struct Transition {
  std::optional<Refusal> refusal;
  std::uint32_t next = 0;  // one bit a state

  [[nodiscard]] bool may_lead_to(State state) const {
    return (next >> static_cast<unsigned>(state) & 1u) != 0;
  }
};

[[nodiscard]] const Transition& transition(State state, Event event);

}  // namespace lp::approval
