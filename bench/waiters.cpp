#include "waiters.h"

#include <thread>

namespace lp::bench {
namespace {

// A server holds at most 64 polls for a key and an address.
constexpr std::size_t waiters_per_address = 60;
// An address's worth of connections, and then the server may catch up with accepting.
constexpr auto breath = std::chrono::milliseconds(2);
constexpr auto settling = std::chrono::milliseconds(100);

}  // namespace

std::expected<void, std::string> Waiters::park(std::uint16_t port,
                                               const std::vector<std::string>& targets,
                                               std::string_view fields) {
  for (const std::string& target : targets) {
    const std::size_t before = connections_.size();
    connections_.emplace_back(port, static_cast<unsigned>(before / waiters_per_address) + 1);
    const bool sent = !connections_.back().broken() &&
                      connections_.back().send(request_bytes("GET", target, port, fields));
    if (!sent) return std::unexpected("a waiter cannot connect");
    if (before % waiters_per_address == 0) std::this_thread::sleep_for(breath);
  }
  std::this_thread::sleep_for(settling);
  for (Connection& connection : connections_) {
    if (const auto answer = connection.take()) {
      return std::unexpected("a waiter was not parked: " + std::string(answer->body));
    }
    if (connection.broken()) return std::unexpected("a waiter was cut off");
  }
  return {};
}

std::uint64_t Waiters::answered(std::string_view mark, int timeout_ms) {
  std::uint64_t good = 0;
  for (Connection& connection : connections_) {
    const auto answer = connection.wait(timeout_ms);
    if (answer && answer->status == 200 && answer->body.contains(mark)) ++good;
  }
  return good;
}

std::vector<std::string> status_targets(const std::vector<std::string>& ids) {
  std::vector<std::string> targets;
  for (const auto& id : ids) targets.push_back("/api/status/" + id + "?wait=60");
  return targets;
}

std::vector<std::string> floor_targets(std::size_t count) {
  return std::vector<std::string>(count, "/");
}

}  // namespace lp::bench
