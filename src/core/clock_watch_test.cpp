#include "core/clock_watch.h"

#include <gtest/gtest.h>

#include "base/testing.h"

namespace lp::core {
namespace {

struct Watched {
  ManualClock clock;
  ClockWatch watch;
  Watched() { static_cast<void>(watch.look(clock)); }
  std::optional<ClockWatch::Step> after_step(std::int64_t by_ms) {
    clock.set(clock.now() + by_ms);
    return watch.look(clock);
  }
};

TEST(ClockWatch, TakesTimePassingForNoStep) {
  Watched watched;
  watched.clock.advance_ms(7'200'000);
  EXPECT_FALSE(watched.watch.look(watched.clock).has_value());
  EXPECT_FALSE(watched.watch.unsafe());
}

TEST(ClockWatch, RecordsAStepBackOfASecondAndGoesOnDeciding) {
  Watched watched;
  EXPECT_FALSE(watched.after_step(-999).has_value());
  const auto step = watched.after_step(-1);
  ASSERT_TRUE(step.has_value());
  EXPECT_EQ(step->by_ms, -1'000);
  EXPECT_FALSE(watched.watch.unsafe());
  EXPECT_FALSE(watched.watch.look(watched.clock).has_value());
}

TEST(ClockWatch, StopsDecidingAfterAnHourForwardUntilAccepted) {
  Watched watched;
  EXPECT_FALSE(watched.after_step(3'599'999).has_value());
  EXPECT_TRUE(watched.after_step(1).has_value());
  EXPECT_TRUE(watched.watch.unsafe());
  watched.watch.accept();
  EXPECT_FALSE(watched.watch.unsafe());
}

TEST(ClockWatch, SeesManySmallStepsAsTheLargeOneTheyAre) {
  Watched watched;
  for (int i = 0; i < 7'199; ++i) ASSERT_FALSE(watched.after_step(500).has_value());
  EXPECT_TRUE(watched.after_step(500).has_value());
}

TEST(ClockWatch, FollowsSlewing) {
  Watched watched;
  for (int i = 0; i < 100'000; ++i) {
    watched.clock.advance_ms(100);
    ASSERT_FALSE(watched.after_step(1).has_value());
  }
}

}  // namespace
}  // namespace lp::core
