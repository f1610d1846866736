#include "verify/side_by_side.h"

#include <gtest/gtest.h>

#include <vector>

namespace lp::verify {
namespace {

TEST(SideBySide, DoesEachItemOnce) {
  for (const std::size_t count : {0U, 1U, 3U, 8U, 1'000U}) {
    std::vector<int> done(count);
    side_by_side(count, [&done](std::size_t item) { ++done[item]; });
    EXPECT_EQ(done, std::vector<int>(count, 1));
  }
}

}  // namespace
}  // namespace lp::verify
