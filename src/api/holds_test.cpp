#include "api/holds.h"

#include <gtest/gtest.h>

namespace lp::api {
namespace {

constexpr HoldCaps caps{.per_key_and_address = 2, .per_project = 3, .total = 4};

TEST(Holds, RefusesBeyondTheCapOfAKeyAtAnAddress) {
  Holds holds;
  EXPECT_TRUE(holds.take("k", "1.1.1.1", "p", caps));
  EXPECT_TRUE(holds.take("k", "1.1.1.1", "p", caps));
  EXPECT_FALSE(holds.take("k", "1.1.1.1", "p", caps));
  EXPECT_TRUE(holds.take("k", "2.2.2.2", "p", caps));
}

TEST(Holds, RefusesBeyondTheCapOfAProjectAndOfAll) {
  Holds holds;
  for (const char* key : {"a", "b", "c"}) EXPECT_TRUE(holds.take(key, "", "p", caps));
  EXPECT_FALSE(holds.take("d", "", "p", caps));
  EXPECT_TRUE(holds.take("d", "", "q", caps));
  EXPECT_FALSE(holds.take("e", "", "r", caps));
  EXPECT_EQ(holds.total(), 4u);
}

TEST(Holds, GivesReleasedSlotsBack) {
  Holds holds;
  EXPECT_TRUE(holds.take("k", "", "p", caps));
  EXPECT_TRUE(holds.take("k", "", "p", caps));
  holds.release("k", "", "p");
  EXPECT_TRUE(holds.take("k", "", "p", caps));
  holds.release("k", "", "p");
  holds.release("k", "", "p");
  EXPECT_EQ(holds.total(), 0u);
}

}  // namespace
}  // namespace lp::api
