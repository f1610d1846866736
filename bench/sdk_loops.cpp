#include "sdk_loops.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <random>
#include <string>

#include "api/letsping/status.h"
#include "core/presence.h"

namespace lp::bench {
namespace {

constexpr double sleep_ms_max = 10'000;
constexpr double jitter_ms = 200;
constexpr double growth = 1.5;
// There and back on loopback, rounded up: no answer takes less.
constexpr double request_ms = 1;

// The n-th sleep, from 1. letsping 0.3.3, `wait`: min(1.5^n, 10) s. @letsping/sdk 0.3.3, `waitFor`:
// 1 s, times 1.5 each time, at most 10 s. Both add up to 200 ms.
double sleep_ms(Sdk sdk, unsigned attempt, std::mt19937_64& random) {
  const double exponent = sdk == Sdk::python ? attempt : attempt - 1.0;
  const double base = std::min(1'000 * std::pow(growth, exponent), sleep_ms_max);
  return base + std::uniform_real_distribution<double>(0, jitter_ms)(random);
}

Instant instant(double ms) {
  return {.ms = static_cast<std::int64_t>(ms)};
}

struct Client {
  double told_ms = 0;  // after its ask
  bool held = false;   // when the decision came
  unsigned requests = 0;
};

Client wait_once(Sdk sdk, bool holds, double decided_ms, core::Presence& presence,
                 std::mt19937_64& random) {
  constexpr std::string_view key = "key", request = "req";
  Client client;
  for (double now_ms = 0;;) {
    ++client.requests;
    const bool before =
        holds && presence.poll_begins(request, key, instant(now_ms), api::poll_recent_ms);
    const double hold_ms =
        holds ? static_cast<double>(api::hold_ms(std::nullopt, "", user_agent(sdk), before)) : 0;
    const double answered_ms = std::max(now_ms, std::min(decided_ms, now_ms + hold_ms));
    client.held = hold_ms > 0 && decided_ms > now_ms && decided_ms <= now_ms + hold_ms;
    if (holds) presence.poll_ends(request, instant(answered_ms));
    client.told_ms = answered_ms + request_ms;
    if (decided_ms <= answered_ms) return client;
    now_ms = client.told_ms + sleep_ms(sdk, client.requests, random);
  }
}

}  // namespace

std::string_view user_agent(Sdk sdk) {
  return sdk == Sdk::python ? "letsping-python/0.3.3" : "letsping-node/0.3.3";
}

Waited wait_for_decisions(Sdk sdk, bool holds, unsigned clients, double from_s, double to_s,
                          std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> decided_s(from_s, to_s);
  Waited waited;
  double instant_count = 0, requests = 0;
  for (unsigned i = 0; i < clients; ++i) {
    const double decided_ms = decided_s(random) * 1'000;
    core::Presence presence;
    const Client client = wait_once(sdk, holds, decided_ms, presence, random);
    waited.delay_us.add((client.told_ms - decided_ms) * 1'000);
    instant_count += client.held ? 1 : 0;
    requests += client.requests;
  }
  waited.instant_share = instant_count / clients;
  waited.requests_mean = requests / clients;
  return waited;
}

}  // namespace lp::bench
