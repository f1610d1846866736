#include "policy/decimal.h"

#include <algorithm>

namespace lp::policy {
namespace {

// Without regard to the signs. Digits have neither leading nor trailing zeros, so where the
// exponents are equal their order is that of texts.
std::strong_ordering compare_sizes(const Decimal& a, const Decimal& b) {
  if (a.digits.empty() || b.digits.empty()) return a.digits.size() <=> b.digits.size();
  if (a.exponent != b.exponent) return a.exponent <=> b.exponent;
  return a.digits.compare(b.digits) <=> 0;
}

// The digits of `a` from 10^top down to 10^bottom, zeros where it has none.
std::string spread(const Decimal& a, std::int64_t top, std::int64_t bottom) {
  std::string out(static_cast<std::size_t>(top - bottom), '0');
  std::copy(a.digits.begin(), a.digits.end(), out.begin() + (top - a.exponent));
  return out;
}

std::string added(std::string a, const std::string& b) {
  int carry = 0;
  for (std::size_t i = a.size(); i-- > 0;) {
    const int digit = (a[i] - '0') + (b[i] - '0') + carry;
    a[i] = static_cast<char>('0' + digit % 10);
    carry = digit / 10;
  }
  return a;
}

// `a` is at least `b`.
std::string subtracted(std::string a, const std::string& b) {
  int borrowed = 0;
  for (std::size_t i = a.size(); i-- > 0;) {
    const int digit = (a[i] - '0') - (b[i] - '0') - borrowed;
    a[i] = static_cast<char>('0' + (digit + 10) % 10);
    borrowed = digit < 0 ? 1 : 0;
  }
  return a;
}

// 0.digits × 10^exponent, in the one spelling.
Decimal trimmed(bool negative, std::string digits, std::int64_t exponent) {
  const std::size_t first = digits.find_first_not_of('0');
  if (first == std::string::npos) return {};
  digits.erase(digits.find_last_not_of('0') + 1);
  digits.erase(0, first);
  return {.negative = negative,
          .digits = std::move(digits),
          .exponent = exponent - static_cast<std::int64_t>(first)};
}

}  // namespace

std::strong_ordering compare(const Decimal& a, const Decimal& b) {
  const bool a_negative = a.negative && !a.digits.empty();
  const bool b_negative = b.negative && !b.digits.empty();
  if (a_negative != b_negative) {
    return a_negative ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  return a_negative ? compare_sizes(b, a) : compare_sizes(a, b);
}

std::optional<Decimal> sum(const Decimal& a, const Decimal& b) {
  if (a.digits.empty()) return b;
  if (b.digits.empty()) return a;
  const auto last = [](const Decimal& one) {
    return one.exponent - static_cast<std::int64_t>(one.digits.size());
  };
  const std::int64_t top = std::max(a.exponent, b.exponent) + 1;  // room for a carry
  const std::int64_t bottom = std::min(last(a), last(b));
  if (top - bottom > static_cast<std::int64_t>(decimal_digits_max)) return std::nullopt;
  std::string of_a = spread(a, top, bottom), of_b = spread(b, top, bottom);
  if (a.negative == b.negative) return trimmed(a.negative, added(std::move(of_a), of_b), top);
  if (compare_sizes(a, b) < 0) return trimmed(b.negative, subtracted(std::move(of_b), of_a), top);
  return trimmed(a.negative, subtracted(std::move(of_a), of_b), top);
}

std::string to_string(const Decimal& decimal) {
  if (decimal.digits.empty()) return "0";
  const std::string sign = decimal.negative ? "-" : "";
  const auto length = static_cast<std::int64_t>(decimal.digits.size());
  constexpr std::int64_t zeros_max = 20;
  if (decimal.exponent >= length && decimal.exponent - length <= zeros_max) {
    return sign + decimal.digits +
           std::string(static_cast<std::size_t>(decimal.exponent - length), '0');
  }
  if (decimal.exponent > 0 && decimal.exponent < length) {
    const auto point = static_cast<std::size_t>(decimal.exponent);
    return sign + decimal.digits.substr(0, point) + "." + decimal.digits.substr(point);
  }
  if (decimal.exponent <= 0 && -decimal.exponent <= zeros_max) {
    return sign + "0." + std::string(static_cast<std::size_t>(-decimal.exponent), '0') +
           decimal.digits;
  }
  return sign + "0." + decimal.digits + "e" + std::to_string(decimal.exponent);
}

}  // namespace lp::policy
