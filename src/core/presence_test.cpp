#include "core/presence.h"

#include <gtest/gtest.h>

namespace lp::core {
namespace {

constexpr std::int64_t recent_ms = 15'000;

TEST(Presence, CallsTheSecondPollOfTheSameKeyRecentWhenTheFirstJustEnded) {
  Presence presence;
  EXPECT_FALSE(presence.poll_begins("req_1", "key_1", {0}, recent_ms));
  presence.poll_ends("req_1", {10});
  EXPECT_TRUE(presence.poll_begins("req_1", "key_1", {1'010}, recent_ms));
  presence.poll_ends("req_1", {26'010});
  EXPECT_FALSE(presence.poll_begins("req_1", "key_1", {41'011}, recent_ms));
}

TEST(Presence, DoesNotTakeAnotherKeysPollForARecentOne) {
  Presence presence;
  static_cast<void>(presence.poll_begins("req_1", "key_1", {0}, recent_ms));
  presence.poll_ends("req_1", {10});
  EXPECT_FALSE(presence.poll_begins("req_1", "key_2", {20}, recent_ms));
}

TEST(Presence, ShowsWhoIsConnectedPollingAndGone) {
  Presence presence;
  EXPECT_EQ(presence.view("req_1", {0}).waiting, Presence::Waiting::never);
  static_cast<void>(presence.poll_begins("req_1", "key_1", {0}, recent_ms));
  EXPECT_EQ(presence.view("req_1", {5}).waiting, Presence::Waiting::connected);
  presence.poll_ends("req_1", {10});
  EXPECT_EQ(presence.view("req_1", {20}).waiting, Presence::Waiting::polling);
  EXPECT_EQ(presence.view("req_1", {30'011}).waiting, Presence::Waiting::gone);
  EXPECT_EQ(presence.view("req_1", {30'011}).last, (Instant{10}));
}

TEST(Presence, ForgetsWhatNobodyPollsAnyMore) {
  Presence presence;
  static_cast<void>(presence.poll_begins("req_1", "key_1", {0}, recent_ms));
  presence.poll_ends("req_1", {10});
  static_cast<void>(presence.poll_begins("req_2", "key_1", {4'000'000}, recent_ms));
  EXPECT_EQ(presence.view("req_1", {4'000'000}).waiting, Presence::Waiting::never);
}

}  // namespace
}  // namespace lp::core
