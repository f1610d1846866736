// What stays when something fails: a bad row, a full disk, a killed process, a second opener.

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

#include "store/sqlite/database.h"
#include "store/testing.h"

namespace lp::store {
namespace {

Batch ingest(std::uint64_t number) {
  Batch batch;
  add_ingest(batch, "proj_a", number);
  batch.writes.emplace_back(sample_log_head("proj_a", number + 1));
  return batch;
}

bool holds(Reader& reader, std::uint64_t number) {
  const auto request = reader.request(sample_id("req", number));
  const auto leaf = reader.leaf("proj_a", number);
  LP_ASSERT(request.has_value() && leaf.has_value());
  EXPECT_EQ(request->has_value(), leaf->has_value()) << "half a batch";
  return request->has_value();
}

TEST(Durability, ABatchWithOneBadRowLeavesNothingBehind) {
  OpenedStore opened;
  opened.commit(ingest(1));
  Batch batch = batch_of(sample_project("proj_b"));
  add_ingest(batch, "proj_a", 2);
  batch.writes.emplace_back(sample_log_head("proj_a", 3));
  batch.settings = {{"name", "value"}};
  batch.writes.emplace_back(sample_leaf("proj_a", 1));  // exists
  const auto done = opened.store->commit(batch);
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().what.find("insert_leaf"), std::string::npos) << done.error().what;
  EXPECT_FALSE(holds(*opened.reader, 2));
  EXPECT_EQ(opened.reader->projects()->size(), 1u);
  EXPECT_EQ(*opened.reader->setting("name"), std::nullopt);
  EXPECT_EQ(*opened.reader->log_heads(), std::vector{sample_log_head("proj_a", 2)});
}

TEST(Durability, AProjectOfAFailedBatchIsUnknownAfterwards) {
  OpenedStore opened;
  opened.commit(batch_of(sample_leaf("proj_a", 1)));
  EXPECT_FALSE(opened.store->commit(batch_of(sample_project("proj_b"), sample_leaf("proj_a", 1))));
  EXPECT_FALSE(opened.store->commit(batch_of(sample_leaf("proj_b", 1))));
  // The number it had is given to another, which must not inherit anything.
  opened.commit(batch_of(sample_project("proj_c"), sample_leaf("proj_c", 1)));
  EXPECT_EQ(*opened.reader->leaf("proj_b", 1), std::nullopt);
  EXPECT_TRUE(opened.reader->leaf("proj_c", 1)->has_value());
}

TEST(Durability, AnErrorNamesNoRowContent) {
  OpenedStore opened;
  Review review = sample_review("req_1", 1);
  opened.commit(batch_of(review));
  review.leaf_index = 2;
  const auto done = opened.store->commit(batch_of(review));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().what.find(review.nonce), std::string::npos) << done.error().what;
}

TEST(Durability, ASecondOpenerIsRefusedUntilTheFirstIsGone) {
  OpenedStore opened;
  const auto second = open_sqlite(opened.path);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().what.find("another process"), std::string::npos) << second.error().what;
  opened.reader.reset();
  opened.store.reset();
  EXPECT_TRUE(open_sqlite(opened.path));
}

TEST(Durability, AReaderSeesOnlyWhatIsCommitted) {
  OpenedStore opened;
  const auto writer = taken(Database::open(opened.path, Access::write));
  auto transaction = Transaction::begin(*writer, Access::write);
  ASSERT_TRUE(transaction);
  ASSERT_TRUE(writer->execute("INSERT INTO setting VALUES ('name', 'value')"));
  EXPECT_EQ(*opened.reader->setting("name"), std::nullopt);
  ASSERT_TRUE(transaction->commit());
  EXPECT_EQ(*opened.reader->setting("name"), "value");
}

TEST(Durability, AFullDatabaseIsAnErrorAndTheOldStateStays) {
  OpenedStore opened;
  opened.commit(ingest(1));
  opened.reader.reset();
  opened.store.reset();
  // A limit on the file size stands for the full disk: the same write fails, with EFBIG.
  struct rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  opened.store = taken(open_sqlite(opened.path));
  opened.reader = taken(opened.store->reader());
  struct rlimit limit = before;
  limit.rlim_cur = 600'000;
  ::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  std::uint64_t number = 2;
  Result<void> done;
  while (done && number < 1'000) {
    done = opened.store->commit(ingest(number));
    if (done) ++number;
  }
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ASSERT_FALSE(done);
  EXPECT_FALSE(holds(*opened.reader, number));
  EXPECT_TRUE(holds(*opened.reader, number - 1));
  // There is room again, but what the failed COMMIT left on disk is unknown: the store is over.
  const auto again = opened.store->commit(ingest(number));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().what, done.error().what);
  EXPECT_FALSE(opened.store->checkpoint());
  opened.reader.reset();
  opened.store.reset();
  opened.store = taken(open_sqlite(opened.path));
  opened.reader = taken(opened.store->reader());
  for (std::uint64_t old = 1; old < number; ++old) EXPECT_TRUE(holds(*opened.reader, old));
  if (!holds(*opened.reader, number)) opened.commit(ingest(number));
}

TEST(Durability, CheckpointEmptiesTheLogAndTheLogIsUsedAgain) {
  OpenedStore opened;
  for (std::uint64_t number = 0; number < 20; ++number) opened.commit(ingest(number));
  const auto wal_bytes = [&] { return std::filesystem::file_size(opened.path + "-wal"); };
  const auto before = wal_bytes();
  ASSERT_TRUE(opened.store->checkpoint());
  for (std::uint64_t number = 20; number < 30; ++number) opened.commit(ingest(number));
  EXPECT_EQ(wal_bytes(), before) << "the log grew although all of it was copied back";
  for (std::uint64_t number = 0; number < 30; ++number) EXPECT_TRUE(holds(*opened.reader, number));
}

TEST(Durability, CommitsOverwriteTheRoomThatWasMadeForThem) {
  OpenedStore opened;
  const auto wal_bytes = [&] { return std::filesystem::file_size(opened.path + "-wal"); };
  opened.commit(ingest(0));
  ASSERT_TRUE(opened.store->make_room());
  const auto with_room = wal_bytes();
  EXPECT_GT(with_room, 1u << 20);
  for (std::uint64_t number = 1; number < 10; ++number) opened.commit(ingest(number));
  EXPECT_EQ(wal_bytes(), with_room);
  ASSERT_TRUE(opened.store->make_room());
  EXPECT_EQ(wal_bytes(), with_room) << "there was room enough";
  while (wal_bytes() == with_room) opened.commit(ingest(opened.reader->log_heads()->front().size));
  ASSERT_TRUE(opened.store->make_room());
  EXPECT_GT(wal_bytes(), with_room + (1u << 19));
}

TEST(Durability, TheBacklogIsWhatTheMainFileHasYetToTake) {
  OpenedStore opened;
  opened.commit(ingest(0));
  const auto before = opened.store->backlog_bytes();
  for (std::uint64_t number = 1; number < 40; ++number) opened.commit(ingest(number));
  EXPECT_GT(opened.store->backlog_bytes(), before);
  ASSERT_TRUE(*opened.store->scrub(0));
  EXPECT_EQ(opened.store->backlog_bytes(), 0u);
}

// The log ends at its last frame, whatever stands behind it.
TEST(Durability, AKilledProcessLeavesALogWithRoomThatIsReadToItsEnd) {
  OpenedStore opened;
  opened.commit(ingest(0));
  ASSERT_TRUE(opened.store->make_room());
  for (std::uint64_t number = 1; number < 5; ++number) opened.commit(ingest(number));
  const TemporaryDirectory copy;
  for (const char* name : {"", "-wal"}) {
    std::filesystem::copy_file(opened.path + name, copy.file("copy.db") + name);
  }
  const auto store = taken(open_sqlite(copy.file("copy.db")));
  const auto reader = taken(store->reader());
  for (std::uint64_t number = 0; number < 5; ++number) EXPECT_TRUE(holds(*reader, number));
  EXPECT_EQ(reader->log_heads()->front().size, 5u);
}

constexpr SqliteOptions small_log{.wal_bytes_max = 200'000};

std::uint64_t log_bytes(const OpenedStore& opened) {
  return std::filesystem::file_size(opened.path + "-wal");
}

// Two commits more than are allowed, or what the steps of the schema wrote when the file was made.
std::uint64_t bound_of(const OpenedStore& opened) {
  return std::max<std::uint64_t>(300'000, log_bytes(opened)) + 50'000;
}

TEST(Durability, TheLogStaysBoundedWhenNobodyIsIdle) {
  const OpenedStore opened(small_log);
  const std::uint64_t bound = bound_of(opened);
  for (std::uint64_t number = 0; number < 60; ++number) opened.commit(ingest(number));
  EXPECT_LE(log_bytes(opened), bound);
  for (std::uint64_t number = 0; number < 60; ++number) EXPECT_TRUE(holds(*opened.reader, number));
}

TEST(Durability, TheLogBeginsAgainWhileOthersReadAndNobodyIsIdle) {
  const OpenedStore opened(small_log);
  std::atomic<bool> over = false;
  std::thread reading([&] {
    const std::unique_ptr<Reader> reader = taken(opened.store->reader());
    while (!over) EXPECT_TRUE(reader->log_heads());
  });
  std::uint64_t largest = 0;
  constexpr std::uint64_t commits = 600, commit_bytes_min = 20'000;
  for (std::uint64_t number = 0; number < commits; ++number) {
    opened.commit(ingest(number));
    largest = std::max(largest, log_bytes(opened));
  }
  over = true;
  reading.join();
  // How often depends on when the reader is let run.
  EXPECT_LT(largest, commits * commit_bytes_min / 2);
  for (std::uint64_t number = 0; number < commits; ++number)
    EXPECT_TRUE(holds(*opened.reader, number));
}

TEST(Durability, AStoreIsClosedWhileItsLogIsCopied) {
  for (std::uint64_t rounds = 0; rounds < 20; ++rounds) {
    OpenedStore opened(small_log);
    for (std::uint64_t number = 0; number < 6 + rounds % 4; ++number) {
      opened.commit(ingest(number));
    }
    opened.reader.reset();
    opened.store.reset();
    EXPECT_FALSE(std::filesystem::exists(opened.path + "-wal")) << "not all of it was copied";
  }
}

TEST(Durability, TheRoomIsBoundedAsTheLogIs) {
  const OpenedStore opened(small_log);
  const std::uint64_t bound = bound_of(opened);
  for (std::uint64_t number = 0; number < 30; ++number) {
    opened.commit(ingest(number));
    ASSERT_TRUE(opened.store->make_room());
  }
  EXPECT_LE(log_bytes(opened), bound);
}

TEST(Durability, AReaderThatStaysOnAnOldSnapshotHoldsUpNobody) {
  const OpenedStore opened(small_log);
  const std::uint64_t bound = bound_of(opened);
  opened.commit(ingest(0));
  const auto idle = taken(Database::open(opened.path, Access::read));
  auto snapshot = Transaction::begin(*idle, Access::read);
  ASSERT_EQ(*idle->integer("SELECT count(*) FROM leaf"), 1);
  for (std::uint64_t number = 1; number < 60; ++number) opened.commit(ingest(number));
  EXPECT_EQ(*idle->integer("SELECT count(*) FROM leaf"), 1);
  EXPECT_GT(log_bytes(opened), bound);
  ASSERT_TRUE(snapshot->commit());
  ASSERT_TRUE(opened.store->checkpoint());
  EXPECT_TRUE(holds(*opened.reader, 59));
}

TEST(Durability, TwoReadersReadWhileOneWrites) {
  OpenedStore opened;
  std::atomic<std::uint64_t> committed = 0;
  std::atomic<bool> over = false;
  std::atomic<std::uint64_t> failures = 0;
  const auto read = [&] {
    const std::unique_ptr<Reader> reader = taken(opened.store->reader());
    while (!over) {
      const std::uint64_t known = committed;
      RequestFilter filter;
      filter.projects = {"proj_a"};
      filter.limit = 1;
      const auto newest = reader->requests(filter);
      const auto head = reader->log_heads();
      if (!newest || !head) ++failures;
      if (known == 0) continue;
      if (newest->empty() || newest->front().request.leaf_index < known) ++failures;
      if (head->front().size < known) ++failures;
    }
  };
  std::thread first(read);
  std::thread second(read);
  for (std::uint64_t number = 1; number <= 200; ++number) {
    opened.commit(ingest(number));
    committed = number;
  }
  over = true;
  first.join();
  second.join();
  EXPECT_EQ(failures, 0u);
}

// Commits from `first` on and writes each acknowledged number to `acknowledged`, until killed.
[[noreturn]] void commit_for_ever(const std::string& path, std::uint64_t first, int acknowledged) {
  const auto store = open_sqlite(path);
  if (!store) ::_exit(1);
  for (std::uint64_t number = first;; ++number) {
    if (!(*store)->commit(ingest(number))) ::_exit(2);
    if (::write(acknowledged, &number, sizeof number) != sizeof number) ::_exit(3);
  }
}

// Kills a committing child after a while; the first number that was not acknowledged.
std::uint64_t kill_while_committing(const std::string& path, std::uint64_t first,
                                    std::uint64_t wait_us) {
  int ends[2];
  LP_ASSERT(::pipe(ends) == 0);
  const pid_t child = ::fork();
  LP_ASSERT(child >= 0);
  if (child == 0) {
    ::close(ends[0]);
    commit_for_ever(path, first, ends[1]);
  }
  ::close(ends[1]);
  // From the first acknowledgement on, so that every round kills a process at work.
  struct pollfd ready{ends[0], POLLIN, 0};
  LP_ASSERT(::poll(&ready, 1, 10'000) == 1);
  std::this_thread::sleep_for(std::chrono::microseconds(wait_us));
  ::kill(child, SIGKILL);
  int status = 0;
  LP_ASSERT(::waitpid(child, &status, 0) == child);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);
  std::uint64_t number = first;
  std::uint64_t acknowledged = 0;
  while (::read(ends[0], &acknowledged, sizeof acknowledged) == sizeof acknowledged) {
    EXPECT_EQ(acknowledged, number);
    ++number;
  }
  ::close(ends[0]);
  return number;
}

TEST(Durability, EveryAcknowledgedBatchOutlivesAKilledProcess) {
  OpenedStore opened;
  opened.reader.reset();
  opened.store.reset();
  SeededEntropy random(17);
  std::uint64_t next = 1;
  for (int round = 0; round < 50; ++round) {
    next = kill_while_committing(opened.path, next, random.next() % 6'000);
    const auto store = open_sqlite(opened.path);
    ASSERT_TRUE(store) << store.error().what;
    const auto reader = taken((*store)->reader());
    for (std::uint64_t number = 1; number < next; ++number) ASSERT_TRUE(holds(*reader, number));
    // One more may have been committed and not yet acknowledged, never two.
    if (holds(*reader, next)) ++next;
    EXPECT_FALSE(holds(*reader, next));
    EXPECT_EQ(reader->log_heads()->front().size, next);
  }
}

}  // namespace
}  // namespace lp::store
