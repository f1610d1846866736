#include "core/pair_lines.h"

#include <gtest/gtest.h>

namespace lp::core {
namespace {

TEST(PairLines, AreTheSameAfterTheyWereWrittenDown) {
  const PairLines pairs{{"a/p/1", "w+1+A="}, {"a/root", "proj_2"}};
  EXPECT_EQ(to_text(pairs), "a/p/1 w+1+A=\na/root proj_2\n");
  EXPECT_EQ(read_pair_lines(to_text(pairs)), pairs);
}

TEST(PairLines, AreNoneOfAnEmptyText) {
  EXPECT_EQ(to_text({}), "");
  EXPECT_TRUE(read_pair_lines("").empty());
}

TEST(PairLines, LeaveOutLinesOfAnotherForm) {
  EXPECT_EQ(read_pair_lines("nonsense\n\na b\nrest"), (PairLines{{"a", "b"}}));
}

}  // namespace
}  // namespace lp::core
