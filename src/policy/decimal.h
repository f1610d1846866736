// Exact decimals: amounts are compared and added as they are written, never as binary fractions.

#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string>

#include "json/number.h"

namespace lp::policy {

using json::Decimal;

[[nodiscard]] std::strong_ordering compare(const Decimal& a, const Decimal& b);

// Nothing when the digits of the sum would span more than decimal_digits_max: amounts that far
// apart are nobody's money, and adding them could be made slow on purpose.
inline constexpr std::size_t decimal_digits_max = 1'000;
[[nodiscard]] std::optional<Decimal> sum(const Decimal& a, const Decimal& b);

// A JSON number of this worth.
[[nodiscard]] std::string to_string(const Decimal& decimal);

}  // namespace lp::policy
