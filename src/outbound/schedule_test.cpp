#include "outbound/schedule.h"

#include <gtest/gtest.h>

#include <vector>

namespace lp::outbound {
namespace {

constexpr Instant start{1'772'366'400'000};
constexpr std::int64_t hour = 3'600'000;

TEST(Schedule, TriesTenTimesWithinThreeDaysAndAWhile) {
  store::OutboxItem item{.next_attempt = start};
  std::vector<std::int64_t> delays;
  Instant now = start;
  while (item.state == "due") {
    now = item.next_attempt;
    item = after_attempt(item, {.status = 500}, now, 0);
    if (item.state == "due") delays.push_back(item.next_attempt - now);
  }
  EXPECT_EQ(delays, (std::vector<std::int64_t>{5'000, 300'000, 1'800'000, 2 * hour, 5 * hour,
                                               10 * hour, 14 * hour, 20 * hour, 24 * hour}));
  EXPECT_EQ(item.attempts, attempts_max);
  EXPECT_EQ(item.state, "dead");
  EXPECT_EQ(item.last_error, "HTTP 500");
}

TEST(Schedule, SendsOnceAcceptedAndForgetsTheError) {
  const store::OutboxItem item{.attempts = 3, .last_error = "HTTP 500"};
  for (const int status : {200, 201, 202, 204, 299}) {
    const auto after = after_attempt(item, {.status = status}, start, 0);
    EXPECT_EQ(after.state, "sent");
    EXPECT_EQ(after.attempts, 4U);
    EXPECT_TRUE(after.last_error.empty());
  }
}

TEST(Schedule, GivesUpAtOnceWhenTheReceiverIsGone) {
  EXPECT_EQ(after_attempt({}, {.status = 410}, start, 0).state, "dead");
  // A push service says so in two ways; to others a 404 may be of today only.
  const store::OutboxItem browser{.webhook = "sub_a"};
  EXPECT_EQ(after_attempt(browser, {.status = 404}, start, 0).state, "dead");
  EXPECT_EQ(after_attempt(browser, {.status = 404}, start, 0).status, 404);
  EXPECT_EQ(after_attempt({}, {.status = 404}, start, 0).state, "due");
  EXPECT_EQ(after_attempt({}, {.status = 404}, start, 0).state, "due");
}

TEST(Schedule, TakesARedirectForAFailure) {
  const auto after = after_attempt({}, {.status = 302}, start, 0);
  EXPECT_EQ(after.state, "due");
  EXPECT_EQ(after.last_error, "HTTP 302: redirects are not followed");
}

TEST(Schedule, WaitsAsLongAsAskedButNoLongerThanAnHour) {
  const auto wait = [](std::int64_t seconds, std::uint64_t made) {
    const store::OutboxItem item{.attempts = made};
    return after_attempt(item, {.status = 429, .retry_after_s = seconds}, start, 0).next_attempt -
           start;
  };
  EXPECT_EQ(wait(7, 0), 7'000);
  EXPECT_EQ(wait(1, 0), 5'000);
  EXPECT_EQ(wait(-1, 0), 5'000);
  EXPECT_EQ(wait(3'600, 0), hour);
  EXPECT_EQ(wait(86'400, 0), hour);
  EXPECT_EQ(wait(std::int64_t{1} << 62, 0), hour);
  EXPECT_EQ(wait(3'600, 4), 5 * hour);
}

TEST(Schedule, SpreadsRetriesOverATenthOfTheDelay) {
  const store::OutboxItem item{.attempts = 1};
  EXPECT_EQ(after_attempt(item, {.error = "x"}, start, 0.5).next_attempt - start, 315'000);
  EXPECT_LT(after_attempt(item, {.error = "x"}, start, 0.999).next_attempt - start, 330'000);
}

}  // namespace
}  // namespace lp::outbound
