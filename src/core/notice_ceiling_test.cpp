#include "core/notice_ceiling.h"

#include <gtest/gtest.h>

#include <vector>

namespace lp::core {
namespace {

using Verdict = NoticeCeiling::Verdict;

std::vector<Verdict> taken(NoticeCeiling& ceiling, int times, Instant now) {
  std::vector<Verdict> verdicts;
  for (int i = 0; i < times; ++i) verdicts.push_back(ceiling.take("chn_a", "bot", now).verdict);
  return verdicts;
}

TEST(NoticeCeiling, LetsSixThroughThenOneForAllThatFollow) {
  NoticeCeiling ceiling;
  std::vector<Verdict> expected(6, Verdict::alone);
  expected.push_back(Verdict::grouped);
  expected.insert(expected.end(), 3, Verdict::silent);
  EXPECT_EQ(taken(ceiling, 10, {1'000}), expected);
  EXPECT_EQ(ceiling.take("chn_a", "bot", {2'000}).window_end, Instant{601'000});
}

TEST(NoticeCeiling, CountsEachAgentAtEachDestinationByItself) {
  NoticeCeiling ceiling;
  taken(ceiling, 10, {1'000});
  EXPECT_EQ(ceiling.take("chn_b", "bot", {1'000}).verdict, Verdict::alone);
  EXPECT_EQ(ceiling.take("chn_a", "other", {1'000}).verdict, Verdict::alone);
}

TEST(NoticeCeiling, BeginsAnewWhenTheWindowIsOverOrTheClockWentBack) {
  NoticeCeiling ceiling;
  taken(ceiling, 10, {1'000});
  EXPECT_EQ(ceiling.take("chn_a", "bot", {600'999}).verdict, Verdict::silent);
  EXPECT_EQ(ceiling.take("chn_a", "bot", {601'000}).verdict, Verdict::alone);
  taken(ceiling, 10, {601'000});
  EXPECT_EQ(ceiling.take("chn_a", "bot", {500}).verdict, Verdict::alone);
}

}  // namespace
}  // namespace lp::core
