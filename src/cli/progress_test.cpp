#include "cli/progress.h"

#include <gtest/gtest.h>

namespace lp::cli {
namespace {

TEST(Progress, SaysHowFarHowFastAndHowLongStill) {
  EXPECT_EQ(progress_line(250'000, 1'000'000, 2'000, 100),
            "[#####---------------]  250,000 of 1,000,000 entries  25%  125,000/s  0:06 left");
}

TEST(Progress, BeginsAndEnds) {
  EXPECT_EQ(progress_line(0, 10, 0, 100), "[--------------------]  0 of 10 entries  0%");
  EXPECT_EQ(progress_line(10, 10, 5, 100),
            "[####################]  10 of 10 entries  100%  2,000/s  0:00 left");
  EXPECT_EQ(progress_line(0, 0, 0, 100), "[--------------------]  0 of 0 entries  100%");
}

TEST(Progress, NeverWraps) {
  EXPECT_EQ(progress_line(250'000, 1'000'000, 2'000, 40).size(), 39U);
}

}  // namespace
}  // namespace lp::cli
