// How long an unmodified LetsPing client goes on waiting after a decision, in simulated time.
//
// The client's loop is that of the published package: poll, and when the answer is PENDING sleep,
// longer each time up to ten seconds. The server's side is not re-created: whether a poll is held
// and for how long is asked of api::hold_ms and core::Presence, the code that answers GET /status,
// under a clock that jumps. So a day of waiting takes microseconds here.

#pragma once

#include <cstdint>
#include <string_view>

#include "latencies.h"

namespace lp::bench {

enum class Sdk : std::uint8_t { python, node };

struct Waited {
  Latencies delay_us;        // from each decision until the client has it
  double instant_share = 0;  // of clients that were being held when the decision came
  double requests_mean = 0;  // status requests a client made
};

// `clients` of them, each decided at a time of its own, uniform over [from_s, to_s] after its ask.
// `holds`: against this server; otherwise against one that answers at once, as letsping.co does.
Waited wait_for_decisions(Sdk sdk, bool holds, unsigned clients, double from_s, double to_s,
                          std::uint64_t seed);

// What the loop calls itself to the server.
std::string_view user_agent(Sdk sdk);

}  // namespace lp::bench
