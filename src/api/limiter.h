// How often somebody may do something: one token bucket a name, kept as the single time at which
// the bucket is full again (GCRA).
//
// Memory is bounded: full buckets are forgotten, and beyond `names_max` newcomers share one bucket,
// so that a flood of made-up names cannot empty the limit of those who were there before.
// Thread-safe.

#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace lp::api {

struct Rate {
  std::uint64_t count = 0;  // per period; 0: no limit
  std::int64_t period_ms = 60'000;
  std::uint64_t burst = 1;
};

struct Allowance {
  bool allowed = true;
  std::uint64_t remaining = 0;
  std::int64_t retry_after_ms = 0;  // when not allowed
};

class Limiter {
 public:
  explicit Limiter(std::size_t names_max = 65'536) : names_max_(names_max) {}

  // Takes one from the bucket of `name`. `now_ms` is monotonic.
  Allowance take(std::string_view name, const Rate& rate, std::int64_t now_ms);

  [[nodiscard]] std::size_t size() const;

 private:
  void forget_full(std::int64_t now_us);

  const std::size_t names_max_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::int64_t> full_at_us_;
};

// What one bucket stands for at the network layer: an IPv4 address, or the /64 of an IPv6 one.
std::string network_of(std::string_view address);

}  // namespace lp::api
