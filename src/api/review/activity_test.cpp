#include "api/review/activity.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"

namespace lp::api {
namespace {

const Digest token = crypto::sha256("one");
const Digest other = crypto::sha256("other");

TEST(Activity, LastsFifteenMinutesAfterTheLastTime) {
  Activity activity;
  activity.begin(token, 0);
  EXPECT_TRUE(activity.go_on(token, idle_max_ms));
  EXPECT_TRUE(activity.go_on(token, 2 * idle_max_ms));
  EXPECT_FALSE(activity.go_on(token, 3 * idle_max_ms + 1));
  EXPECT_FALSE(activity.go_on(token, 3 * idle_max_ms + 2));
}

TEST(Activity, IsOfTheSessionThatAKeyHasOpened) {
  Activity activity;
  activity.begin(token, 0);
  EXPECT_FALSE(activity.go_on(other, 1));
  activity.end(token);
  EXPECT_FALSE(activity.go_on(token, 1));
}

TEST(Activity, IsNotKeptUpByWhoeverAsksForIt) {
  Activity activity;
  activity.begin(token, 0);
  EXPECT_TRUE(activity.active(token, idle_max_ms));
  EXPECT_FALSE(activity.active(token, idle_max_ms + 1));
  EXPECT_FALSE(activity.active(other, 0));
  EXPECT_FALSE(activity.go_on(token, idle_max_ms + 1));
}

TEST(Activity, GivesNoPlaceBeyondItsBoundUntilOneIsIdle) {
  Activity activity(1);
  activity.begin(token, 0);
  activity.begin(other, 1);
  EXPECT_TRUE(activity.go_on(token, 2));
  EXPECT_FALSE(activity.go_on(other, 2));
  activity.begin(other, 3 + idle_max_ms);
  EXPECT_TRUE(activity.go_on(other, 4 + idle_max_ms));
}

}  // namespace
}  // namespace lp::api
