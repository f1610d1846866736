// A clock that stands still and entropy that repeats: what tests, benchmarks and sim/ pass where
// production passes SystemClock and crypto::SystemEntropy. Never for keys that protect anything.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/entropy.h"
#include "base/time.h"

namespace lp {

// Moves only when told. Not for use from several threads at once.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Instant start = {1'772'366'400'000}) : now_(start) {}  // 2026-03-01T12:00Z

  Instant now() override { return now_; }
  std::int64_t monotonic_ms() override { return monotonic_ms_; }

  // Time passes: both clocks move.
  void advance_ms(std::int64_t delta_ms) {
    now_ = now_ + delta_ms;
    monotonic_ms_ += delta_ms;
  }
  // Somebody sets the wall clock; the monotonic one does not notice.
  void set(Instant t) { now_ = t; }

 private:
  Instant now_;
  std::int64_t monotonic_ms_ = 0;
};

// splitmix64: the same bytes for the same seed on every machine, however they are asked for
// (two calls for 8 bytes give what one call for 16 gives).
class SeededEntropy final : public Entropy {
 public:
  explicit SeededEntropy(std::uint64_t seed = 1) : state_(seed) {}

  std::string bytes(std::size_t count) override {
    std::string out;
    out.reserve(count);
    while (out.size() < count) {
      if (left_ == 0) {
        word_ = next();
        left_ = sizeof word_;
      }
      out += static_cast<char>(word_ & 0xff);
      word_ >>= 8;
      --left_;
    }
    return out;
  }

  // A number for a test's own choices, from the same stream.
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
  }

 private:
  std::uint64_t state_;
  std::uint64_t word_ = 0;
  std::size_t left_ = 0;
};

}  // namespace lp
