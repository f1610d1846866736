#include "policy/decimal.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace lp::policy {
namespace {

Decimal number(const std::string& literal) {
  return json::normalise(literal);
}

TEST(PolicyDecimal, ComparesByWorthNotBySpelling) {
  EXPECT_TRUE(compare(number("1.0"), number("1")) == 0);
  EXPECT_TRUE(compare(number("1e2"), number("100.00")) == 0);
  EXPECT_TRUE(compare(number("0"), number("-0")) == 0);
  EXPECT_TRUE(compare(number("499.99"), number("500")) < 0);
  EXPECT_TRUE(compare(number("500.0000000000000000001"), number("500")) > 0);
  EXPECT_TRUE(compare(number("-2"), number("-1")) < 0);
  EXPECT_TRUE(compare(number("-1"), number("0")) < 0);
  EXPECT_TRUE(compare(number("12345678901234567891"), number("12345678901234567890")) > 0);
}

TEST(PolicyDecimal, AddsWithoutLosingACent) {
  EXPECT_EQ(to_string(*sum(number("0.1"), number("0.2"))), "0.3");
  EXPECT_EQ(to_string(*sum(number("99.99"), number("0.01"))), "100");
  EXPECT_EQ(to_string(*sum(number("5"), number("-7.5"))), "-2.5");
  EXPECT_EQ(to_string(*sum(number("1"), number("-1"))), "0");
  EXPECT_FALSE(sum(number("1e600"), number("1e-600")));
}

TEST(PolicyDecimal, AgreesWithIntegersOfFixedScale) {
  EXPECT_TRUE(rc::check([](std::int32_t a, std::int32_t b) {
    const auto cents = [](std::int64_t value) {
      const std::string digits = std::to_string(std::abs(value));
      const std::string padded =
          std::string(digits.size() < 3 ? 3 - digits.size() : 0, '0') + digits;
      return std::string(value < 0 ? "-" : "") + padded.substr(0, padded.size() - 2) + "." +
             padded.substr(padded.size() - 2);
    };
    const Decimal x = number(cents(a)), y = number(cents(b));
    RC_ASSERT((compare(x, y) < 0) == (a < b));
    RC_ASSERT((compare(x, y) == 0) == (a == b));
    const auto total = sum(x, y);
    RC_ASSERT(total.has_value());
    RC_ASSERT((compare(*total, number(cents(std::int64_t{a} + b))) == 0));
    RC_ASSERT((compare(number(to_string(*total)), *total) == 0));
  }));
}

}  // namespace
}  // namespace lp::policy
