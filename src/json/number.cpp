#include "json/number.h"

#include <array>
#include <charconv>
#include <cmath>
#include <system_error>

namespace lp::json {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::size_t digits_from(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && is_digit(text[end])) ++end;
  return end - at;
}

// Far beyond any binary64 and any text length, far below overflow of the sums made with it.
constexpr std::int64_t exponent_bound = 1'000'000'000'000'000;

std::int64_t read_exponent(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  std::int64_t value = 0;
  for (const char c : text) {
    value = value * 10 + (c - '0');
    if (value > exponent_bound) value = exponent_bound;
  }
  return negative ? -value : value;
}

// binary64 needs at most 767 significant digits to round correctly; whatever follows only says
// whether the value is above them.
constexpr std::size_t digits_that_matter = 800;

std::optional<double> nearest(const Decimal& decimal) {
  if (decimal.digits.empty()) return decimal.negative ? -0.0 : 0.0;
  if (decimal.exponent > 310) return std::nullopt;
  if (decimal.exponent < -330) return decimal.negative ? -0.0 : 0.0;
  std::string text = decimal.negative ? "-0." : "0.";
  text += decimal.digits.substr(0, digits_that_matter);
  if (decimal.digits.size() > digits_that_matter) text += '1';
  text += 'e';
  text += std::to_string(decimal.exponent);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc()) return value;
  if (decimal.exponent > 0) return std::nullopt;
  return decimal.negative ? -0.0 : 0.0;
}

Decimal written(double value, std::optional<int> precision) {
  std::array<char, 64> buffer;
  const auto result = precision ? std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                                std::chars_format::scientific, *precision)
                                : std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                                std::chars_format::scientific);
  return normalise({buffer.data(), static_cast<std::size_t>(result.ptr - buffer.data())});
}

// At most 15 significant digits, no exponent, not negative: always survives.
bool plainly_exact(std::string_view literal) {
  return literal.size() <= 15 && !literal.starts_with('-') &&
         literal.find_first_of("eE") == std::string_view::npos;
}

bool beyond_safe_integer(const Decimal& decimal) {
  static constexpr std::string_view safe_max = "9007199254740991";
  if (decimal.exponent != static_cast<std::int64_t>(safe_max.size())) {
    return decimal.exponent > static_cast<std::int64_t>(safe_max.size());
  }
  return decimal.digits > safe_max;
}

}  // namespace

std::size_t number_length(std::string_view text) {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  const std::size_t whole = digits_from(text, at);
  if (whole == 0) return 0;
  at += text[at] == '0' ? 1 : whole;
  if (at < text.size() && text[at] == '.') {
    const std::size_t fraction = digits_from(text, at + 1);
    if (fraction == 0) return 0;
    at += 1 + fraction;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const std::size_t exponent = digits_from(text, at);
    if (exponent == 0) return 0;
    at += exponent;
  }
  return at;
}

Decimal normalise(std::string_view literal) {
  Decimal decimal;
  decimal.negative = literal.starts_with('-');
  if (decimal.negative) literal.remove_prefix(1);
  const std::size_t e = literal.find_first_of("eE");
  const std::string_view mantissa = literal.substr(0, e);
  const std::size_t point = mantissa.find('.');
  const std::string_view whole = mantissa.substr(0, point);
  decimal.digits = whole;
  if (point != std::string_view::npos) decimal.digits += mantissa.substr(point + 1);
  const std::size_t first = decimal.digits.find_first_not_of('0');
  if (first == std::string::npos) {
    decimal.digits.clear();
    return decimal;
  }
  decimal.exponent = static_cast<std::int64_t>(whole.size()) - static_cast<std::int64_t>(first);
  if (e != std::string_view::npos) decimal.exponent += read_exponent(literal.substr(e + 1));
  decimal.digits.erase(decimal.digits.find_last_not_of('0') + 1);
  decimal.digits.erase(0, first);
  return decimal;
}

std::optional<double> to_binary64(std::string_view literal) {
  return nearest(normalise(literal));
}

Fit fit_binary64(std::string_view literal) {
  if (plainly_exact(literal)) return Fit::exact;
  const Decimal decimal = normalise(literal);
  const std::optional<double> value = nearest(decimal);
  if (!value) return Fit::overflow;
  if (decimal.digits.empty()) return decimal.negative ? Fit::lossy : Fit::exact;
  const bool integer = literal.find_first_of(".eE") == std::string_view::npos;
  if (integer) return beyond_safe_integer(decimal) ? Fit::lossy : Fit::exact;
  if (decimal.digits.size() > 17) return Fit::lossy;
  if (decimal == written(*value, std::nullopt)) return Fit::exact;
  return decimal == written(*value, 16) ? Fit::exact : Fit::lossy;
}

}  // namespace lp::json
