#include "base/assert.h"

#include <gtest/gtest.h>

#include <string>

namespace lp {
namespace {

TEST(Assert, HoldsInSilence) {
  LP_ASSERT(1 + 1 == 2);
}

TEST(Assert, NamesTheExpressionAndThePlaceAndAborts) {
  EXPECT_DEATH(LP_ASSERT(1 + 1 == 3), R"(assertion failed: 1 \+ 1 == 3 \(.*assert_test\.cpp:)");
}

TEST(Assert, CutsAnExpressionThatIsTooLong) {
  const std::string expression(2'000, 'e');
  EXPECT_DEATH(assertion_failed(expression.c_str(), "file", 1), "assertion failed: eee");
}

}  // namespace
}  // namespace lp
