// One comparison of one value: in a set, within a bound, like a pattern, in a network.
//
// The answer is `unknown` when the value is absent or of a kind that the question does not fit: a
// policy must not be lenient because an agent sent "500" where it should have sent 500.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.h"
#include "json/value.h"
#include "policy/decimal.h"
#include "policy/ruling.h"

namespace lp::policy {

inline constexpr std::size_t pattern_bytes_max = 512;
inline constexpr std::size_t pattern_memory_max = 256 << 10;  // of a compiled pattern
inline constexpr std::size_t matched_bytes_max = 64 << 10;    // longer text is unknown

// What stands where a condition looks.
struct Found {
  enum class Kind : std::uint8_t { nothing, text, number, boolean };
  Kind kind = Kind::nothing;
  std::string_view text;  // of whoever was asked
  Decimal number;
  bool boolean = false;

  static Found of(std::string_view text);  // nothing when empty
  static Found of(const json::Value* value);
  static Found of(Decimal number);
};

class Pattern;
// What is wrong with the expression, or "" and the pattern.
std::string compile(const std::string& expression, std::shared_ptr<const Pattern>& pattern);

struct Comparison {
  enum class Operator : std::uint8_t {
    one_of,
    none_of,
    gt,
    gte,
    lt,
    lte,
    prefix,
    suffix,
    glob,
    regex,
    cidr,
  };
  Operator is = Operator::one_of;
  std::vector<std::string> texts;  // sorted; of prefix, suffix, glob, regex and cidr one or more
  std::vector<Decimal> numbers;    // sorted; of ranges one
  bool has_true = false, has_false = false;
  std::vector<IpRange> networks;
  // Immutable and dear to build: the copies of a test share it.
  std::shared_ptr<const Pattern> pattern;

  // Networks and pattern are made of the texts.
  friend bool operator==(const Comparison& a, const Comparison& b) {
    return a.is == b.is && a.texts == b.texts && a.numbers == b.numbers &&
           a.has_true == b.has_true && a.has_false == b.has_false;
  }
};

[[nodiscard]] inline bool is_range(Comparison::Operator is) {
  return is >= Comparison::Operator::gt && is <= Comparison::Operator::lte;
}
[[nodiscard]] inline bool is_set(Comparison::Operator is) {
  return is <= Comparison::Operator::none_of;
}
[[nodiscard]] inline bool less(const Decimal& a, const Decimal& b) {
  return compare(a, b) < 0;
}

[[nodiscard]] Truth holds(const Comparison& test, const Found& found);
// Whether any value could satisfy all of them: false only when it is certain that none can.
[[nodiscard]] bool may_hold(const std::vector<const Comparison*>& tests);
// Whether what satisfies `narrower` certainly satisfies `wider`: false when in doubt.
[[nodiscard]] bool covers(const Comparison& wider, const Comparison& narrower);

}  // namespace lp::policy
