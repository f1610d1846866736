// W3u: clients that nobody changed. Their sleeps are simulated (sdk_loops.h); that the running
// server holds and lets go as the simulation assumes is measured here on real connections.

#include <fmt/core.h>

#include <chrono>
#include <cstdio>
#include <thread>

#include "asks.h"
#include "connection.h"
#include "decisions.h"
#include "sdk_loops.h"
#include "workloads.h"

namespace lp::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr unsigned clients_per_run = 20'000;
constexpr double decided_from_s = 60, decided_to_s = 3'600;
constexpr auto first_sleep = std::chrono::seconds(1);
constexpr auto into_the_hold = std::chrono::milliseconds(500);
constexpr int patience_ms = 5'000;
constexpr int hold_ms_max = 60'000;

std::string_view name_of(Sdk sdk) {
  return sdk == Sdk::python ? "python" : "node";
}

double ms_since(SteadyClock::time_point from) {
  return std::chrono::duration<double, std::milli>(SteadyClock::now() - from).count();
}

void simulate(Sdk sdk, bool holds, bool early) {
  Waited waited = wait_for_decisions(sdk, holds, clients_per_run, early ? 0 : decided_from_s,
                                     early ? decided_from_s : decided_to_s, 1);
  fmt::print(
      R"({{"workload":"w3u","subject":"{}","sdk":"{}","early":{},"mean_us":{:.0f},"p50_us":{:.0f},)"
      R"("p99_us":{:.0f},"p999_us":{:.0f},"instant":{:.4f},"requests":{:.1f}}})"
      "\n",
      holds ? "ours" : "letsping.co", name_of(sdk), early, waited.delay_us.mean(),
      waited.delay_us.quantile(0.5), waited.delay_us.quantile(0.99),
      waited.delay_us.quantile(0.999), waited.instant_share, waited.requests_mean);
}

// A client's second poll, which the server holds.
struct Polling {
  Connection connection;
  SteadyClock::time_point begun = {};
};

std::expected<Polling, std::string> poll_twice(const Subject& subject, Sdk sdk,
                                               const std::string& id) {
  const std::string fields = "Authorization: Bearer " + subject.projects()[0].agent_key +
                             "\r\nUser-Agent: " + std::string(user_agent(sdk)) + "\r\n";
  const std::string request = request_bytes("GET", "/api/status/" + id, subject.port(), fields);
  Polling polling{.connection = Connection(subject.port())};
  const bool first = polling.connection.send(request) && polling.connection.wait(patience_ms);
  if (!first) return std::unexpected("w3u: the first poll was not answered at once");
  std::this_thread::sleep_for(first_sleep);
  polling.begun = SteadyClock::now();
  if (!polling.connection.send(request)) return std::unexpected("w3u: cut off");
  std::this_thread::sleep_for(into_the_hold);
  if (polling.connection.take()) return std::unexpected("w3u: the second poll was not held");
  return polling;
}

// Held, and let go by the decision.
Done released(const Subject& subject, Sdk sdk, const Decision& decision) {
  auto polling = poll_twice(subject, sdk, decision.id);
  if (!polling) return std::unexpected(polling.error());
  Connection browser(subject.port());
  const auto begun = SteadyClock::now();
  if (!browser.send(decision.request)) return std::unexpected("w3u: the browser was cut off");
  const auto told = polling->connection.wait(patience_ms);
  if (!told || !told->body.contains(R"("resolved_at":")")) {
    return std::unexpected("w3u: a held client was not told");
  }
  fmt::print(R"({{"workload":"w3u-real","sdk":"{}","released_ms":{:.2f}}})"
             "\n",
             name_of(sdk), ms_since(begun));
  return {};
}

// Held to the end: how long that is.
Done held_out(const Subject& subject, const std::vector<std::string>& ids) {
  auto python = poll_twice(subject, Sdk::python, ids[0]);
  auto node = poll_twice(subject, Sdk::node, ids[1]);
  if (!python || !node) return std::unexpected(python ? node.error() : python.error());
  for (auto& [sdk, polling] : {std::pair(Sdk::python, &*python), std::pair(Sdk::node, &*node)}) {
    const auto told = polling->connection.wait(hold_ms_max);
    if (!told || !told->body.contains(R"("status":"PENDING")")) {
      return std::unexpected("w3u: a hold did not end with PENDING");
    }
    fmt::print(R"({{"workload":"w3u-real","sdk":"{}","held_s":{:.2f}}})"
               "\n",
               name_of(sdk), ms_since(polling->begun) / 1'000);
  }
  return {};
}

}  // namespace

Done clients(const Options& options) {
  for (const Sdk sdk : {Sdk::python, Sdk::node}) {
    for (const bool early : {false, true}) {
      simulate(sdk, true, early);
      simulate(sdk, false, early);
    }
  }
  auto subject = Subject::make(options);
  if (!subject) return std::unexpected(subject.error());
  if (auto started = (*subject)->start(); !started) return started;
  if (auto signed_in = (*subject)->sign_in(); !signed_in) return signed_in;
  const auto ids = make_asks(**subject, 4);
  if (!ids) return std::unexpected(ids.error());
  const auto decisions = sign_decisions(**subject, {ids->begin(), ids->begin() + 2});
  if (!decisions) return std::unexpected(decisions.error());
  for (const Sdk sdk : {Sdk::python, Sdk::node}) {
    const Decision& decision = (*decisions)[sdk == Sdk::python ? 0 : 1];
    if (auto done = released(**subject, sdk, decision); !done) return done;
  }
  if (options.quick) return {};
  return held_out(**subject, {ids->begin() + 2, ids->end()});
}

}  // namespace lp::bench
