// Handoffs: what one agent gives to another, each in a stream of its own, and what became of it.
//
// Only the parties that a handoff names may speak about it (wire.md D-29): the agent above or the
// API key that brought its request, and the agent below, which must prove itself. Whatever they say
// is appended; nothing is replaced.

#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/request_event.h"
#include "core/views.h"
#include "core/work.h"

namespace lp::core {

inline constexpr std::size_t handoff_events_max = 100;

// A handoff of a request that is in the batch, and its first statement.
struct NewHandoff {
  std::string id;  // a UUID
  std::string upstream, downstream;
  std::string commitment;  // JSON, "" when none
  evidence::Actor actor;
  std::string strength;
};
store::Handoff open_handoff(Work& work, const Work::Open& request, const Secret& dek,
                            NewHandoff wish);

// The one that goes with the webhook of an approved request: its id is known before it is made.
std::string escrow_delivery_id(const Keys& keys, std::string_view request);

// Makes it, when the request was approved and its agent asked for a handoff (wire.md Decision 2).
void hand_over(Work& work, const Work::Open& request, const Opened& opened);

// All events of a handoff, whether signed yet or not, each checked against its leaf, and the row
// against its MAC; nothing when one does not hold.
std::optional<std::vector<HandoffView::Event>> read_handoff(store::Reader& reader, const Keys& keys,
                                                            const store::Handoff& row);

std::expected<HandoffView, Refused> view_handoff(store::Reader& reader, const Keys& keys,
                                                 const Directory& directory, std::string_view id,
                                                 std::string_view project);

}  // namespace lp::core
