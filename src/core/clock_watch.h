// Watches the wall clock against the monotonic one (evidence.md 3): a step back of more than a
// second is recorded, a step forward of more than an hour stops deciding until a person accepts it.

#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"

namespace lp::core {

class ClockWatch {
 public:
  struct Step {
    std::int64_t by_ms;  // negative: back
  };

  // Looks once; a step since the last look, if there was one worth recording. Steps add up while
  // the watch is not looked at.
  std::optional<Step> look(Clock& clock);

  [[nodiscard]] bool unsafe() const { return unsafe_; }
  void accept() { unsafe_ = false; }

 private:
  bool started_ = false;
  bool unsafe_ = false;
  Instant wall_;
  std::int64_t monotonic_ms_ = 0;
};

}  // namespace lp::core
