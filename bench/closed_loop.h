// A closed loop of clients on one thread: each connection sends its next request as soon as the
// answer to the last one is there. Bounded in time and in count.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "latencies.h"

namespace lp::bench {

// What the clients ask. One script serves all connections of a run.
class Script {
 public:
  virtual ~Script() = default;
  // Puts the bytes of the next request in the place of what `request` holds and returns its
  // number, counted by the script; negative when there is nothing left to ask.
  virtual std::int64_t next(std::string& request) = 0;
  // The answer to request `number`.
  virtual void answered(std::int64_t number, std::string_view body) = 0;
};

struct Bounds {
  double seconds = 1;
  std::uint64_t requests = UINT64_MAX;
};

struct Measured {
  Latencies latencies;  // from the first byte sent to the last byte received
  double seconds = 0;   // from the first request to the last answer
  std::uint64_t refused = 0;
  std::string first_refusal;  // status and body
  bool broken = false;        // a connection ended, or no answer came for ten seconds

  [[nodiscard]] bool clean() const { return refused == 0 && !broken; }
  [[nodiscard]] double rate() const;  // good answers a second
};

Measured drive(std::uint16_t port, unsigned connections, Script& script, const Bounds& bounds);

}  // namespace lp::bench
