#include "base/wake_later.h"

#include <gtest/gtest.h>

#include <array>
#include <thread>

namespace lp {
namespace {

TEST(WakeLater, PutsOffNothingWithoutAScope) {
  MutexCondition ready;
  EXPECT_FALSE(WakeLater::put_off(ready));
  {
    const WakeLater turn;
  }
  EXPECT_FALSE(WakeLater::put_off(ready));
}

TEST(WakeLater, HoldsForItsOwnThreadOnly) {
  MutexCondition ready;
  const WakeLater turn;
  EXPECT_TRUE(WakeLater::put_off(ready));
  std::jthread([&ready] { EXPECT_FALSE(WakeLater::put_off(ready)); }).join();
}

TEST(WakeLater, LetsTheCallerWakeWhatItHasNoRoomFor) {
  std::array<MutexCondition, 5> ready;
  const WakeLater turn;
  for (std::size_t i = 0; i < 4; ++i) EXPECT_TRUE(WakeLater::put_off(ready[i]));
  EXPECT_FALSE(WakeLater::put_off(ready[4]));
  EXPECT_TRUE(WakeLater::put_off(ready[0]));  // noted already
}

}  // namespace
}  // namespace lp
