#include "base/time.h"

#include <gtest/gtest.h>

#include "base/testing.h"

namespace lp {
namespace {

TEST(Instant, IsWrittenInUtcWithMilliseconds) {
  EXPECT_EQ(to_string(Instant{0}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_string(Instant{1'772'366'400'000}), "2026-03-01T12:00:00.000Z");
  EXPECT_EQ(to_string(Instant{951'782'399'999}), "2000-02-28T23:59:59.999Z");
  EXPECT_EQ(to_string(Instant{951'782'400'000}), "2000-02-29T00:00:00.000Z");
}

TEST(Instant, BeforeTheEpochHasATimeOfDayToo) {
  EXPECT_EQ(to_string(Instant{-1}), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(to_string(Instant{-86'400'000}), "1969-12-31T00:00:00.000Z");
}

TEST(Instant, CoversTheYears0To9999AndNoOther) {
  const auto first = parse_instant("0000-01-01T00:00:00.000Z");
  const auto last = parse_instant("9999-12-31T23:59:59.999Z");
  ASSERT_TRUE(first && last);
  EXPECT_EQ(to_string(*first), "0000-01-01T00:00:00.000Z");
  EXPECT_EQ(to_string(*last), "9999-12-31T23:59:59.999Z");
  EXPECT_DEATH(to_string(*first + -1), "assertion failed");
  EXPECT_DEATH(to_string(*last + 1), "assertion failed");
}

TEST(Instant, ReadsBackWhatItWrites) {
  SeededEntropy entropy(3);
  for (int i = 0; i < 2'000; ++i) {
    const Instant t{static_cast<std::int64_t>(entropy.next() % 253'402'300'800'000)};
    EXPECT_EQ(parse_instant(to_string(t)), t);
  }
}

TEST(Instant, RefusesImpossibleDatesAndTimes) {
  for (const auto text :
       {"2026-02-29T00:00:00.000Z", "2100-02-29T00:00:00.000Z", "2026-00-01T00:00:00.000Z",
        "2026-13-01T00:00:00.000Z", "2026-01-00T00:00:00.000Z", "2026-04-31T00:00:00.000Z",
        "2026-01-01T24:00:00.000Z", "2026-01-01T00:60:00.000Z", "2026-01-01T00:00:60.000Z"}) {
    EXPECT_FALSE(parse_instant(text)) << text;
  }
}

TEST(Instant, RefusesEveryOtherForm) {
  for (const auto text :
       {"", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.00Z", "2026-01-01T00:00:00.0000Z",
        "2026-01-01t00:00:00.000Z", "2026-01-01T00:00:00.000z", "2026-01-01 00:00:00.000Z",
        "2026-01-01T00:00:00,000Z", "+026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.000+",
        " 2026-1-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z "}) {
    EXPECT_FALSE(parse_instant(text)) << text;
  }
}

TEST(SystemClock, AgreesWithItselfAndNeverGoesBack) {
  SystemClock clock;
  EXPECT_GT(clock.now(), *parse_instant("2024-01-01T00:00:00.000Z"));
  const std::int64_t before = clock.monotonic_ms();
  EXPECT_LE(before, clock.monotonic_ms());
}

TEST(ManualClock, MovesOnlyWhenTold) {
  ManualClock clock;
  EXPECT_EQ(to_string(clock.now()), "2026-03-01T12:00:00.000Z");
  clock.advance_ms(1'500);
  EXPECT_EQ(to_string(clock.now()), "2026-03-01T12:00:01.500Z");
  EXPECT_EQ(clock.monotonic_ms(), 1'500);
  clock.set(Instant{0});
  EXPECT_EQ(clock.now(), Instant{0});
  EXPECT_EQ(clock.monotonic_ms(), 1'500);
}

}  // namespace
}  // namespace lp
