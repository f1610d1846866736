#include "core/feed.h"

#include <gtest/gtest.h>

namespace lp::core {
namespace {

Notice about(int number) {
  return {.project = "proj", .request = std::to_string(number), .standing = {}};
}

TEST(Feed, GivesWhatCameAfterAPosition) {
  Feed feed("run");
  feed.publish({about(1)});
  const std::uint64_t position = feed.end();
  feed.publish({about(2), about(3)});
  EXPECT_EQ(feed.since(position, 10), (std::vector{about(2), about(3)}));
  EXPECT_EQ(feed.since(feed.end(), 10), std::vector<Notice>{});
}

TEST(Feed, SaysWhenMoreWasMissedThanAWatcherCanUse) {
  Feed feed("run");
  feed.publish({about(1), about(2), about(3)});
  EXPECT_TRUE(feed.since(0, 3));
  EXPECT_FALSE(feed.since(0, 2));
}

TEST(Feed, KeepsABoundedPast) {
  Feed feed("run");
  for (std::size_t i = 0; i <= Feed::kept_max; ++i) feed.publish({about(static_cast<int>(i))});
  EXPECT_FALSE(feed.since(0, SIZE_MAX));
  ASSERT_TRUE(feed.since(1, SIZE_MAX));
  EXPECT_EQ(feed.since(1, SIZE_MAX)->front(), about(1));
}

TEST(Feed, KnowsNoPositionThatItNeverGave) {
  Feed feed("run");
  feed.publish({about(1)});
  EXPECT_FALSE(feed.since(2, 10));
  EXPECT_FALSE(feed.since(UINT64_MAX, 10));
}

}  // namespace
}  // namespace lp::core
