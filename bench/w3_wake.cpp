// W3: from the click to the agent. The first byte of the decision is sent, and the clock runs until
// the agent that waits by long-poll has the whole answer; the flush lies between.

#include <fmt/core.h>

#include <chrono>
#include <cstdio>

#include "asks.h"
#include "decisions.h"
#include "waiters.h"
#include "workloads.h"

namespace lp::bench {
namespace {

constexpr int patience_ms = 5'000;

double us_since(std::chrono::steady_clock::time_point from) {
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - from).count();
}

void print(std::string_view subject, std::size_t parked, int pair, Latencies& woken,
           Latencies& acknowledged) {
  fmt::print(
      R"({{"workload":"w3","subject":"{}","parked":{},"pair":{},"p50_us":{:.1f},"p99_us":{:.1f},)"
      R"("p999_us":{:.1f},"ack_p50_us":{:.1f},"ack_p99_us":{:.1f}}})"
      "\n",
      subject, parked, pair, woken.quantile(0.5), woken.quantile(0.99), woken.quantile(0.999),
      acknowledged.quantile(0.5), acknowledged.quantile(0.99));
  std::fflush(stdout);
}

// One decision at a time; waiter i waits for request i.
Done click(std::string_view subject, int pair, std::uint16_t port, Waiters& waiters,
           const std::vector<std::string>& requests) {
  Connection browser(port);
  Latencies woken, acknowledged;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const auto begun = std::chrono::steady_clock::now();
    if (!browser.send(requests[i])) return std::unexpected("w3: the browser was cut off");
    const auto told = waiters.at(i).wait(patience_ms);
    if (!told || told->status != 200) {
      const auto said = browser.wait(patience_ms);
      return std::unexpected("w3: an agent was not told; the decision was answered: " +
                             std::string(said ? said->body : "not at all"));
    }
    woken.add(us_since(begun));
    const auto answer = browser.wait(patience_ms);
    if (!answer || answer->status != 200) return std::unexpected("w3: a decision was refused");
    acknowledged.add(us_since(begun));
  }
  print(subject, requests.size(), pair, woken, acknowledged);
  return {};
}

Done ours(Subject& subject, int pair, std::size_t count) {
  const auto ids = make_asks(subject, count);
  if (!ids) return std::unexpected(ids.error());
  const auto decisions = sign_decisions(subject, *ids);
  if (!decisions) return std::unexpected(decisions.error());
  std::vector<std::string> requests;
  for (const Decision& decision : *decisions) requests.push_back(decision.request);
  Waiters waiters;
  auto parked = waiters.park(subject.port(), status_targets(*ids), subject.agent_fields());
  if (!parked) return parked;
  return click("ours", pair, subject.port(), waiters, requests);
}

Done bound(Floor& floor, std::string_view name, int pair, std::size_t count) {
  Waiters waiters;
  if (auto done = waiters.park(floor.port(), floor_targets(count), ""); !done) return done;
  const std::vector<std::string> requests(
      count, request_bytes("POST", "/", floor.port(), "", std::string(300, 'x')));
  return click(name, pair, floor.port(), waiters, requests);
}

}  // namespace

Done wake(const Options& options) {
  auto subject = Subject::make(options);
  if (!subject) return std::unexpected(subject.error());
  if (auto started = (*subject)->start(); !started) return started;
  if (auto signed_in = (*subject)->sign_in(); !signed_in) return signed_in;
  auto floor = Floor::start(options, 2, 1);
  if (!floor) return std::unexpected(floor.error());
  auto bare = Floor::start(options, 0, 0);
  if (!bare) return std::unexpected(bare.error());
  const std::size_t count = options.quick ? 100 : 500;
  for (int pair = 0; pair < options.pairs; ++pair) {
    if (auto done = ours(**subject, pair, count); !done) return done;
    if (auto done = bound(**floor, "floor", pair, count); !done) return done;
    if (auto done = bound(**bare, "bare", pair, count); !done) return done;
  }
  return {};
}

}  // namespace lp::bench
