// How many notices one agent may cause at one destination: six in ten minutes, then one for all the
// others together (security.md D-30). Without it an agent that asks again and again wears people
// down until one of them says yes.
//
// lp-core only. Memory only: a restart begins every window anew.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "base/time.h"

namespace lp::core {

class NoticeCeiling {
 public:
  static constexpr std::uint64_t notices_max = 6;
  static constexpr std::int64_t window_ms = 600'000;
  static constexpr std::size_t windows_max = 16'384;

  enum class Verdict : std::uint8_t {
    alone,    // a notice of its own
    grouped,  // the first beyond the ceiling: one for all of them, when the window ends
    silent,   // that one covers it
  };
  struct Answer {
    Verdict verdict = Verdict::alone;
    Instant window_end;
  };
  Answer take(const std::string& destination, const std::string& agent, Instant now);

 private:
  struct Window {
    Instant begin;
    std::uint64_t taken = 0;
  };
  std::map<std::pair<std::string, std::string>, Window> windows_;  // by destination and agent
};

}  // namespace lp::core
