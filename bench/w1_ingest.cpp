// W1: durable ingest. One agent key, keep-alive, 2.9 KB bodies; every 200 says that the request is
// on disk and in a signed log.

#include <vector>

#include "asks.h"
#include "workloads.h"

namespace lp::bench {
namespace {

constexpr int signs_per_ask = 1;  // request.created by the issuer (core/work.cpp, append_at)
constexpr double warm_up_s = 0.3;

}  // namespace

Done ingest(const Options& options) {
  auto subject = Subject::make(options);
  if (!subject) return std::unexpected(subject.error());
  if (auto started = (*subject)->start(); !started) return started;
  auto floor = Floor::start(options, signs_per_ask, 0);
  if (!floor) return std::unexpected(floor.error());
  auto bare = Floor::start(options, 0, 0);
  if (!bare) return std::unexpected(bare.error());

  struct Target {
    std::string_view name;
    std::uint16_t port;
    pid_t pid;
  };
  const Target targets[] = {{"ours", (*subject)->port(), (*subject)->pid()},
                            {"floor", (*floor)->port(), (*floor)->pid()},
                            {"bare", (*bare)->port(), (*bare)->pid()}};
  const std::string fields = (*subject)->agent_fields();
  std::uint64_t seed = 1;
  for (const Target& target : targets) {
    BigAsks script(target.port, fields, ++seed);
    drive(target.port, 32, script, {.seconds = warm_up_s});
  }
  const double seconds = options.quick ? 0.5 : 1.5;
  for (const unsigned connections : {1U, 32U, 256U}) {
    for (int pair = 0; pair < options.pairs; ++pair) {
      for (const Target& target : targets) {
        BigAsks script(target.port, fields, ++seed);
        const Side side{.workload = "w1",
                        .subject = target.name,
                        .connections = connections,
                        .pair = pair,
                        .port = target.port,
                        .pid = target.pid};
        if (auto done = measure(side, script, {.seconds = seconds}); !done) return done;
      }
    }
  }
  return {};
}

}  // namespace lp::bench
