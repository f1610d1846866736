// What a JSON number literal is worth, and whether a binary64 parser would keep that worth.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lp::json {

// Length of the JSON number (RFC 8259 §6) that `text` starts with; 0 if it starts with none.
std::size_t number_length(std::string_view text);

// A decimal value with one spelling: ±0.digits × 10^exponent.
struct Decimal {
  bool negative = false;
  std::string digits;         // neither leading nor trailing zeros; empty for zero
  std::int64_t exponent = 0;  // 0 for zero

  friend bool operator==(const Decimal&, const Decimal&) = default;
};
Decimal normalise(std::string_view literal);

// The nearest binary64; ±0 when too small. Nothing when it overflows.
std::optional<double> to_binary64(std::string_view literal);

enum class Fit : std::uint8_t { exact, lossy, overflow };

// Lossy: an integer (no fraction, no exponent) beyond ±(2^53−1); a negative zero, whose sign many
// parsers drop; any literal whose decimal value is neither that of the shortest nor that of the
// 17-digit spelling of its nearest binary64. So 1.0, 1e2, 0.1 and 0.10000000000000001 are exact.
Fit fit_binary64(std::string_view literal);

}  // namespace lp::json
