// Browsers that watch the inbox: signed in with the test approver's key, each opens the event
// stream, reads for a moment or a while, leaves in the middle of it and comes again where it was.
// One of them never reads. For one life of the server.
//
// A stream that tells how a request was closed has acknowledged it: the History hears of it.

#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "history.h"
#include "server.h"

namespace lp::faults {

class Watchers {
 public:
  struct Counts {
    std::atomic<std::uint64_t> streams = 0, resumed = 0, closings = 0;
  };

  // References live as long as this.
  Watchers(const Server& server, History& history, Counts& counts, std::uint64_t seed)
      : server_(server), history_(history), counts_(counts), random_(seed) {}

  // Nothing, or why they cannot sign in.
  std::optional<std::string> start();
  void stop();
  // How many have ended by themselves: nobody, while the server lives.
  [[nodiscard]] unsigned gone() const { return gone_; }

 private:
  void watch(const std::stop_token& stop, std::uint64_t seed, bool reads);
  // One visit from `after` on: where it ended. Nothing: the server is gone, or refused what it
  // should not.
  std::optional<std::string> visit(const std::stop_token& stop, const std::string& after,
                                   std::chrono::milliseconds time, bool reads);
  std::string hear(std::string& bytes, std::string place);

  const Server& server_;
  History& history_;
  Counts& counts_;
  std::mt19937_64 random_;
  std::atomic<unsigned> gone_ = 0;
  std::string fields_;  // of a signed-in browser
  std::vector<std::jthread> threads_;
};

}  // namespace lp::faults
