// Clients who ask at a given rate, whether answers come or not. The clock of a request runs from
// the moment when it was due, so that a server that falls behind does not hide it.

#pragma once

#include <cstdint>

#include "closed_loop.h"

namespace lp::bench {

struct Offer {
  double per_second = 1;
  std::uint64_t requests = 1;
  unsigned connections = 1;
};

// `seconds` of the result are from the first that was due to the last answer.
Measured offer(std::uint16_t port, Script& script, const Offer& offer);

}  // namespace lp::bench
