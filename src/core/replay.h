// A draft of a policy over what was asked: what it would have said, beside what became of it.
//
// Reads only what is stored, and changes nothing. The same draft over the same history says the
// same. What a window counts is counted from one window before the first request that is judged.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "approval/request.h"
#include "core/engine.h"
#include "policy/policy.h"

namespace lp::core {

// What a draft would change of one request, the most alarming first.
enum class Shift : std::uint8_t {
  allowed_though_rejected,  // a person said no, and nobody would have been asked
  denied_though_approved,   // a person said yes, and nobody could have been asked
  newly_allowed,
  newly_denied,
  newly_asked,  // it was allowed or denied
  milder,       // a lower level, or fewer people
  stricter,
  same,
};
inline constexpr Shift shift_last = Shift::same;
[[nodiscard]] std::string_view to_string(Shift shift);

// What a policy says of a request, or said.
struct Said {
  policy::Effect effect = policy::Effect::review;
  evidence::Level level = evidence::Level::medium;
  std::uint64_t people = 0;  // that must approve at least; 0 where nobody is asked
};

struct Replayed {
  std::string request, service, action;
  Instant asked;
  approval::State state = approval::State::pending;  // what became of it
  Said then, now;
  std::string rule;  // of the draft
  Shift shift = Shift::same;
};

struct Replay {
  std::vector<Replayed> requests;  // by shift; the newest first within each
  std::uint64_t unread = 0;        // erased, or do not open: nothing is said of these
  bool left_off = false;           // there were more than `replayed_max`: the newest were taken
};

// At most as many requests are judged.
inline constexpr std::size_t replayed_max = 2'000;

// Over the requests that agents asked for from `since` on.
store::Result<Replay> replay(Engine& engine, const ProjectView& project,
                             const policy::Policy& draft, Instant since);

// Pure: what the draft's answer changes.
[[nodiscard]] Shift shift_of(approval::State state, const Said& then, const Said& now);

}  // namespace lp::core
