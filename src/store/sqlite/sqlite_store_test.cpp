#include "store/sqlite/sqlite_store.h"

#include <gtest/gtest.h>

#include "store/testing.h"

namespace lp::store {
namespace {

// An open store in a directory of its own.
struct Opened {
  TemporaryDirectory directory;
  std::unique_ptr<Store> store = open();
  std::unique_ptr<Reader> reader = std::move(*store->reader());

  std::unique_ptr<Store> open() {
    auto opened = open_sqlite(directory.file("letsping.db"));
    LP_ASSERT(opened.has_value());
    return std::move(*opened);
  }
};

template <typename... Rows>
Batch batch_of(Rows... rows) {
  Batch batch;
  (batch.writes.emplace_back(std::move(rows)), ...);
  return batch;
}

TEST(SqliteStore, GivesBackAProjectAndItsLogHead) {
  Opened opened;
  const Project project = sample_project();
  const LogHead head = sample_log_head(project.id, 5);
  ASSERT_TRUE(opened.store->commit(batch_of(head, project)));
  EXPECT_EQ(*opened.reader->projects(), std::vector{project});
  EXPECT_EQ(*opened.reader->log_heads(), std::vector{head});
}

TEST(SqliteStore, GivesBackARequestWithItsState) {
  Opened opened;
  const Request request = sample_request("proj_a", 1);
  ASSERT_TRUE(opened.store->commit(batch_of(sample_project(), request, sample_state(request))));
  auto found = opened.reader->request(request.id);
  ASSERT_TRUE(found) << found.error().what;
  ASSERT_TRUE(found->has_value());
  EXPECT_EQ((*found)->request, request);
}

}  // namespace
}  // namespace lp::store
