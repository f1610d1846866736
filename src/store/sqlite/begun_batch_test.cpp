// What Store::begin() promises of the looks before a commit.

#include <gtest/gtest.h>

#include "store/sqlite/sqlite_store.h"
#include "store/testing.h"

namespace lp::store {
namespace {

TEST(BegunBatch, ReadsAndWritesInOneTransactionOnceItIsBegun) {
  OpenedStore opened;
  ASSERT_TRUE(opened.store->begin());
  ASSERT_TRUE(opened.store->begin());  // which says no more than once
  Reader& own = opened.store->own_reader();
  const RequestFilter filter{.projects = {"proj_a", "proj_b"}, .limit = 5};
  EXPECT_EQ(own.projects()->size(), 1u);
  EXPECT_TRUE(own.requests(filter)->empty());  // a transaction of its own anywhere else
  opened.commit(batch_of(sample_project("proj_b")));
  EXPECT_EQ(own.projects()->size(), 2u);
  EXPECT_EQ(opened.reader->projects()->size(), 2u);
}

TEST(BegunBatch, LetsGoOfWhatWasBegunWithAnEmptyBatch) {
  OpenedStore opened;
  ASSERT_TRUE(opened.store->begin());
  EXPECT_EQ(opened.store->own_reader().projects()->size(), 1u);
  opened.commit(Batch{});
  EXPECT_TRUE(*opened.store->scrub(0));  // which no open snapshot lets be
  opened.commit(batch_of(sample_project("proj_b")));
  EXPECT_EQ(opened.reader->projects()->size(), 2u);
}

TEST(BegunBatch, LeavesNothingOfABegunTransactionWhoseBatchIsRefused) {
  OpenedStore opened;
  ASSERT_TRUE(opened.store->begin());
  EXPECT_FALSE(opened.store->commit(batch_of(sample_project("proj_b"), sample_leaf("proj_x", 0))));
  EXPECT_EQ(opened.reader->projects()->size(), 1u);
  opened.commit(batch_of(sample_project("proj_b")));
  EXPECT_EQ(opened.reader->projects()->size(), 2u);
}

}  // namespace
}  // namespace lp::store
