#include "soak_trend.h"

#include <gtest/gtest.h>

#include <random>

namespace lp::faults {
namespace {

constexpr std::uint64_t mib = 1 << 20;

// A quarter of an hour of a server that settles at 80 MiB, with the noise of a busy machine.
std::vector<Sample> quiet() {
  std::mt19937_64 random(1);
  std::vector<Sample> samples;
  for (std::uint64_t second = 0; second < 600; ++second) {
    const std::uint64_t warm = std::min<std::uint64_t>(second, 60);
    samples.push_back({.answers = second * 100,
                       .memory_bytes = (50 + warm / 2) * mib + random() % (6 * mib),
                       .threads = 7 + (random() % 50 == 0 ? 1U : 0U),
                       .files = 30 + random() % 5,
                       .log_bytes = random() % (40 * mib),
                       .database_bytes = second * 100 * 5'000 / (mib * 8) * (mib * 8)});
  }
  return samples;
}

bool sound(const Trend& trend) {
  return trend.memory.empty() && trend.threads.empty() && trend.files.empty() &&
         trend.log.empty() && trend.database.empty();
}

TEST(SoakTrend, AcceptsWarmingUpAndNoise) {
  EXPECT_TRUE(sound(trend_of(quiet()))) << trend_of(quiet()).summary;
}

TEST(SoakTrend, SeesHalfAKilobyteForEachRequest) {
  auto samples = quiet();
  for (auto& sample : samples) sample.memory_bytes += sample.answers * 512;
  EXPECT_FALSE(trend_of(samples).memory.empty());
}

TEST(SoakTrend, SeesAThreadThatStays) {
  auto samples = quiet();
  for (auto& sample : samples) sample.threads += sample.answers > 30'000 ? 1 : 0;
  EXPECT_FALSE(trend_of(samples).threads.empty());
}

TEST(SoakTrend, SeesAFileInAThousandRequests) {
  auto samples = quiet();
  for (auto& sample : samples) sample.files += sample.answers / 1'000;
  EXPECT_FALSE(trend_of(samples).files.empty());
}

TEST(SoakTrend, SeesALogThatIsNeverPutBack) {
  auto samples = quiet();
  for (auto& sample : samples) sample.log_bytes += sample.answers * 1'000;
  EXPECT_FALSE(trend_of(samples).log.empty());
}

TEST(SoakTrend, SeesRowsThatGrowWithEachRequest) {
  auto samples = quiet();
  for (auto& sample : samples) {
    sample.database_bytes += sample.answers * sample.answers / 20;
  }
  EXPECT_FALSE(trend_of(samples).database.empty());
}

TEST(SoakTrend, SaysNothingOfAMoment) {
  auto samples = quiet();
  samples.resize(samples_min - 1);
  EXPECT_FALSE(sound(trend_of(samples)));
}

}  // namespace
}  // namespace lp::faults
