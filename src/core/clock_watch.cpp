#include "core/clock_watch.h"

namespace lp::core {
namespace {
constexpr std::int64_t back_ms = 1'000;
constexpr std::int64_t forward_ms = 3'600'000;
// Slewing is far below this between two looks; what is above counts towards a step, so that many
// small steps are seen as the large one that they are.
constexpr std::int64_t slew_ms = 100;
}  // namespace

std::optional<ClockWatch::Step> ClockWatch::look(Clock& clock) {
  const Instant wall = clock.now();
  const std::int64_t monotonic_ms = clock.monotonic_ms();
  if (!started_) {
    started_ = true;
    wall_ = wall;
    monotonic_ms_ = monotonic_ms;
    return std::nullopt;
  }
  const std::int64_t by_ms = (wall - wall_) - (monotonic_ms - monotonic_ms_);
  const bool step = by_ms <= -back_ms || by_ms >= forward_ms;
  if (step || (by_ms > -slew_ms && by_ms < slew_ms)) {
    wall_ = wall;
    monotonic_ms_ = monotonic_ms;
  }
  if (!step) return std::nullopt;
  if (by_ms >= forward_ms) unsafe_ = true;
  return Step{by_ms};
}

}  // namespace lp::core
