// When each session last did something that takes its person: for fifteen minutes after that it may
// decide and sign, then it only looks, until the device key opens it again by a new login. So a
// cookie that was left behind, or carried off, decides nothing for long.
//
// Memory only: after a restart every session must be opened again. Bounded: beyond `sessions_max`
// active sessions a further one only looks. Thread-safe.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>

#include "base/digest.h"

namespace lp::api {

inline constexpr std::int64_t idle_max_ms = 15LL * 60 * 1'000;

class Activity {
 public:
  explicit Activity(std::size_t sessions_max = 10'000) : sessions_max_(sessions_max) {}

  // A key has just opened this session. Times are monotonic.
  void begin(const Digest& token, std::int64_t now_ms);
  // Whether the session may still decide; if so, it has just been active.
  bool go_on(const Digest& token, std::int64_t now_ms);
  // The same question, asked by somebody else: it keeps nothing active.
  [[nodiscard]] bool active(const Digest& token, std::int64_t now_ms) const;
  void end(const Digest& token);

 private:
  void forget_idle(std::int64_t now_ms);

  const std::size_t sessions_max_;
  mutable std::mutex mutex_;
  std::map<Digest, std::int64_t> last_ms_;
};

}  // namespace lp::api
