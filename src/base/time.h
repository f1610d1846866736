// Points in time and the only two clocks of the program.
//
// `Instant` is milliseconds since the Unix epoch, UTC. It is written as evidence.md 3 demands:
// `YYYY-MM-DDThh:mm:ss.mmmZ`. Code that needs to know the time takes a `Clock&`; nothing but
// `SystemClock` reads the machine's clocks.

#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lp {

struct Instant {
  std::int64_t ms = 0;  // since 1970-01-01T00:00:00Z

  friend auto operator<=>(Instant, Instant) = default;
  friend Instant operator+(Instant t, std::int64_t delta_ms) { return {t.ms + delta_ms}; }
  friend std::int64_t operator-(Instant a, Instant b) { return a.ms - b.ms; }
};

// `2026-03-01T12:00:00.000Z`; years 0000 to 9999.
std::string to_string(Instant t);

// The exact form above and no other; nothing for an impossible date.
std::optional<Instant> parse_instant(std::string_view text);

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() = 0;                // wall clock, may step
  virtual std::int64_t monotonic_ms() = 0;  // never steps; only differences mean anything
};

class SystemClock final : public Clock {
 public:
  Instant now() override;
  std::int64_t monotonic_ms() override;
};

}  // namespace lp
