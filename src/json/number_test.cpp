#include "json/number.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace lp::json {
namespace {

TEST(Number, KnowsTheLengthOfALiteral) {
  EXPECT_EQ(number_length("0"), 1U);
  EXPECT_EQ(number_length("-0.5e+10,"), 8U);
  EXPECT_EQ(number_length("120]"), 3U);
  EXPECT_EQ(number_length("1E5"), 3U);
  EXPECT_EQ(number_length("01"), 1U);  // the 1 is left over, and the reader stumbles over it
}

TEST(Number, RefusesWhatIsNoLiteral) {
  for (const char* text :
       {"", "-", "+1", ".5", "1.", "1.e3", "1e", "1e+", "-a", "NaN", "Infinity"}) {
    EXPECT_EQ(number_length(text), 0U) << text;
  }
}

TEST(Number, NormalisesToOneSpelling) {
  for (const char* text : {"100", "1e2", "100.0", "0.1e3", "1000e-1", "1.00E+2"}) {
    EXPECT_EQ(normalise(text), (Decimal{false, "1", 3})) << text;
  }
  EXPECT_EQ(normalise("-0.00120"), (Decimal{true, "12", -2}));
  EXPECT_EQ(normalise("0e99999999999999999999"), (Decimal{false, "", 0}));
}

TEST(Number, FitsWhatSurvivesBinary64) {
  for (const char* text :
       {"0", "1.0", "1e2", "0.1", "1E5", "-1", "9007199254740991", "-9007199254740991", "5e-324",
        "4.9406564584124654e-324", "1.7976931348623157e308", "0.10000000000000001", "1e22", "0.0",
        "123456789012345.6", "0e-5", "9007199254740992.0", "100000000000000000000e-20"}) {
    EXPECT_EQ(fit_binary64(text), Fit::exact) << text;
  }
}

TEST(Number, CallsLossyWhatAParserWouldChange) {
  for (const char* text :
       {"-0", "-0.0", "-0e5", "9007199254740992", "-9007199254740992", "12345678901234567890",
        "1e-400", "0.1000000000000000055511151231257827", "4.94e-324", "1.23456789012345678",
        "9007199254740993.0", "99999999999999999999999999999999", "10000000000000000"}) {
    EXPECT_EQ(fit_binary64(text), Fit::lossy) << text;
  }
}

TEST(Number, CallsOverflowWhatBinary64CannotHold) {
  for (const std::string& text :
       {std::string("1e400"), std::string("-1e309"), std::string("1e99999999999999999999999"),
        std::string("1.7976931348623159e308"), "1" + std::string(400, '0')}) {
    EXPECT_EQ(fit_binary64(text), Fit::overflow) << text;
    EXPECT_FALSE(to_binary64(text).has_value());
  }
}

TEST(Number, WeighsExponentAgainstZeros) {
  const std::string zeros(100'000, '0');
  EXPECT_EQ(to_binary64("0." + zeros + "1e100001"), 1.0);
  EXPECT_EQ(to_binary64("1" + zeros + "e-100000"), 1.0);
  EXPECT_EQ(to_binary64("1e-99999999999999999999"), 0.0);
}

TEST(Number, KeepsTheSignOfWhatBecomesZero) {
  for (const char* text : {"-0", "-1e-400", "-1e-325", "-0.0e9"}) {
    EXPECT_TRUE(std::signbit(to_binary64(text).value_or(1))) << text;
  }
  for (const char* text : {"0", "1e-400", "1e-325"}) {
    EXPECT_FALSE(std::signbit(to_binary64(text).value_or(-1))) << text;
  }
}

TEST(Number, RoundsCorrectlyHoweverManyDigits) {
  // Exactly half-way between 1 and the next double, then one unit above it far to the right.
  const std::string half = "1.00000000000000011102230246251565404236316680908203125";
  EXPECT_EQ(to_binary64(half), 1.0);
  EXPECT_EQ(to_binary64(half + std::string(2000, '0') + "1"), 1.0000000000000002);
}

}  // namespace
}  // namespace lp::json
