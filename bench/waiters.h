// Agents that wait by long-poll, one connection each, parked before the clock starts.

#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "connection.h"
#include "rig.h"

namespace lp::bench {

class Waiters {
 public:
  // One for each target. `wait_s` is the longest that the server shall hold.
  std::expected<void, std::string> park(std::uint16_t port, const std::vector<std::string>& targets,
                                        std::string_view fields);
  // Waits for the answer of each, `timeout_ms` at most for each; how many came and hold `mark`.
  std::uint64_t answered(std::string_view mark, int timeout_ms);
  [[nodiscard]] Connection& at(std::size_t index) { return connections_[index]; }
  [[nodiscard]] std::size_t size() const { return connections_.size(); }

 private:
  std::vector<Connection> connections_;
};

// "/api/status/ID?wait=60" of each.
std::vector<std::string> status_targets(const std::vector<std::string>& ids);
// So many of the floor's parked requests.
std::vector<std::string> floor_targets(std::size_t count);

}  // namespace lp::bench
