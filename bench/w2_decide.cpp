// W2: decisions. Each is verified, makes two signed statements, is durable and under a signed
// checkpoint before its 200, and lets go the agent that waits for it.

#include <fmt/core.h>

#include <algorithm>

#include "asks.h"
#include "decisions.h"
#include "waiters.h"
#include "workloads.h"

namespace lp::bench {
namespace {

constexpr int signs_per_decision = 2;     // review.* and decision.* by the issuer
constexpr int verifies_per_decision = 1;  // the device's signature
constexpr std::size_t body_bytes = 300;
constexpr int release_ms_max = 5'000;

// As many POSTs as the floor shall take.
class SmallPosts final : public Script {
 public:
  SmallPosts(std::uint16_t port, std::size_t count)
      : request_(request_bytes("POST", "/", port, "", std::string(body_bytes, 'x'))),
        left_(count) {}
  std::int64_t next(std::string& request) override {
    if (left_ == 0) return -1;
    request = request_;
    return static_cast<std::int64_t>(left_--);
  }
  void answered(std::int64_t, std::string_view) override {}

 private:
  const std::string request_;
  std::size_t left_;
};

// Everybody that was parked must have been let go by the decisions.
Done all_released(Waiters& waiters, std::string_view mark) {
  const std::uint64_t released = waiters.answered(mark, release_ms_max);
  if (released == waiters.size()) return {};
  return std::unexpected(
      fmt::format("w2: {} of {} waiters were released", released, waiters.size()));
}

Done ours(Subject& subject, Side side, std::size_t count) {
  const auto ids = make_asks(subject, count);
  if (!ids) return std::unexpected(ids.error());
  const auto decisions = sign_decisions(subject, *ids);
  if (!decisions) return std::unexpected(decisions.error());
  Waiters waiters;
  auto parked = waiters.park(subject.port(), status_targets(*ids), subject.agent_fields());
  if (!parked) return parked;
  side.subject = "ours";
  side.port = subject.port();
  side.pid = subject.pid();
  SendDecisions script(*decisions);
  if (auto done = measure(side, script, {.seconds = 120}); !done) return done;
  return all_released(waiters, R"("resolved_at":")");
}

Done bound(Floor& floor, Side side, std::string_view name, std::size_t count) {
  Waiters waiters;
  auto parked = waiters.park(floor.port(), floor_targets(count), "");
  if (!parked) return parked;
  side.subject = name;
  side.port = floor.port();
  side.pid = floor.pid();
  SmallPosts script(floor.port(), count);
  if (auto done = measure(side, script, {.seconds = 120}); !done) return done;
  return all_released(waiters, "x");
}

}  // namespace

Done decide(const Options& options) {
  auto subject = Subject::make(options);
  if (!subject) return std::unexpected(subject.error());
  if (auto started = (*subject)->start(); !started) return started;
  if (auto signed_in = (*subject)->sign_in(); !signed_in) return signed_in;
  auto floor = Floor::start(options, signs_per_decision, verifies_per_decision);
  if (!floor) return std::unexpected(floor.error());
  auto bare = Floor::start(options, 0, 0);
  if (!bare) return std::unexpected(bare.error());
  const std::size_t divisor = options.quick ? 4 : 1;
  if (auto warm = ours(**subject, {.workload = "warm"}, 50); !warm) return warm;
  for (const unsigned connections : {1U, 32U}) {
    const std::size_t count = (connections == 1 ? 400 : 1'600) / divisor;
    for (int pair = 0; pair < options.pairs; ++pair) {
      const Side side{.workload = "w2", .subject = {}, .connections = connections, .pair = pair};
      if (auto done = ours(**subject, side, count); !done) return done;
      if (auto done = bound(**floor, side, "floor", count); !done) return done;
      if (auto done = bound(**bare, side, "bare", count); !done) return done;
    }
  }
  return {};
}

}  // namespace lp::bench
