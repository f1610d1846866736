#include "api/limiter.h"

#include <gtest/gtest.h>

namespace lp::api {
namespace {

constexpr Rate ten_a_minute{.count = 10, .period_ms = 60'000, .burst = 3};

TEST(Limiter, AllowsABurstAndThenTheRate) {
  Limiter limiter;
  EXPECT_EQ(limiter.take("a", ten_a_minute, 0).remaining, 2u);
  EXPECT_TRUE(limiter.take("a", ten_a_minute, 0).allowed);
  EXPECT_TRUE(limiter.take("a", ten_a_minute, 0).allowed);
  const Allowance refused = limiter.take("a", ten_a_minute, 0);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.retry_after_ms, 6'000);
  EXPECT_FALSE(limiter.take("a", ten_a_minute, 5'999).allowed);
  EXPECT_TRUE(limiter.take("a", ten_a_minute, 6'000).allowed);
}

TEST(Limiter, NeverGivesMoreThanRateAndBurstOverAnyTime) {
  Limiter limiter;
  int allowed = 0;
  for (std::int64_t now_ms = 0; now_ms <= 600'000; now_ms += 100) {
    if (limiter.take("a", ten_a_minute, now_ms).allowed) ++allowed;
  }
  EXPECT_EQ(allowed, 3 + 100);
}

TEST(Limiter, KeepsNamesApart) {
  Limiter limiter;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limiter.take("a", ten_a_minute, 0).allowed);
  EXPECT_FALSE(limiter.take("a", ten_a_minute, 0).allowed);
  EXPECT_TRUE(limiter.take("b", ten_a_minute, 0).allowed);
}

TEST(Limiter, IsOffWithoutARate) {
  Limiter limiter;
  for (int i = 0; i < 1'000; ++i) EXPECT_TRUE(limiter.take("a", Rate{}, 0).allowed);
  EXPECT_EQ(limiter.size(), 0u);
}

TEST(Limiter, ForgetsFullBucketsBeforeItCrowdsNewcomers) {
  Limiter limiter(2);
  limiter.take("a", ten_a_minute, 0);
  limiter.take("b", ten_a_minute, 0);
  limiter.take("c", ten_a_minute, 60'000);
  EXPECT_EQ(limiter.size(), 1u);
}

TEST(Limiter, LetsNewcomersShareOneBucketWhenItIsFull) {
  Limiter limiter(1);
  limiter.take("old", ten_a_minute, 0);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(limiter.take("flood" + std::to_string(i), ten_a_minute, 0).allowed);
  }
  EXPECT_FALSE(limiter.take("flood3", ten_a_minute, 0).allowed);
  EXPECT_TRUE(limiter.take("old", ten_a_minute, 0).allowed);
  EXPECT_EQ(limiter.size(), 2u);
}

TEST(Network, OfAnIpv4AddressIsTheAddress) {
  EXPECT_EQ(network_of("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(network_of("::ffff:192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(network_of(""), "");
}

TEST(Network, OfAnIpv6AddressIsItsFirstHalf) {
  EXPECT_EQ(network_of("2001:db8:1:2:3:4:5:6"), network_of("2001:db8:1:2:9:9:9:9"));
  EXPECT_NE(network_of("2001:db8:1:2:3:4:5:6"), network_of("2001:db8:1:3:3:4:5:6"));
  EXPECT_EQ(network_of("2001:db8::1"), network_of("2001:db8::2"));
  EXPECT_EQ(network_of("::1"), network_of("::2"));
}

}  // namespace
}  // namespace lp::api
