#include "store/lock_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "store/lock_journal.h"
#include "store/testing.h"

namespace lp::store {
namespace {

using Notes = std::map<std::string, std::string>;

// As a signed checkpoint reads.
std::string note(const std::string& origin, std::uint64_t size) {
  return origin + '\n' + std::to_string(size) + "\n" + base64(sample_digest(size).view()) +
         "\n\n— " + origin + ' ' + base64(sample_bytes(size, 68)) + '\n';
}

struct OpenedLockStore {
  TemporaryDirectory parent;
  std::string directory = parent.file("signer");
  std::string journal = directory + "/checkpoints";
  std::unique_ptr<LockStore> store = open();

  std::unique_ptr<LockStore> open() const { return taken(open_lock_store(directory)); }
  void reopen() {
    store.reset();
    store = open();
  }
};

void overwrite(const std::string& path, std::size_t at, std::string_view bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(at));
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

TEST(LockStore, KeepsTheLastNoteOfEachOrigin) {
  OpenedLockStore opened;
  EXPECT_TRUE(opened.store->notes().empty());
  ASSERT_TRUE(opened.store->put({{"a", note("a", 1)}, {"b", note("b", 5)}}));
  ASSERT_TRUE(opened.store->put({{"a", note("a", 2)}}));
  const Notes expected{{"a", note("a", 2)}, {"b", note("b", 5)}};
  EXPECT_EQ(opened.store->notes(), expected);
  opened.reopen();
  EXPECT_EQ(opened.store->notes(), expected);
}

TEST(LockStore, KeepsTheLaterOfTwoNotesInOnePut) {
  OpenedLockStore opened;
  ASSERT_TRUE(opened.store->put({{"a", note("a", 1)}, {"a", note("a", 2)}}));
  opened.reopen();
  EXPECT_EQ(opened.store->notes(), (Notes{{"a", note("a", 2)}}));
}

TEST(LockStore, TakesAnEmptyPutForNothing) {
  OpenedLockStore opened;
  ASSERT_TRUE(opened.store->put({}));
  opened.reopen();
  EXPECT_TRUE(opened.store->notes().empty());
}

TEST(LockStore, IsPrivateToItsUser) {
  const OpenedLockStore opened;
  struct stat status{};
  ASSERT_EQ(::stat(opened.directory.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
  ASSERT_EQ(::stat(opened.journal.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST(LockStore, RefusesASecondOpenerUntilTheFirstIsGone) {
  OpenedLockStore opened;
  const auto second = open_lock_store(opened.directory);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().what.find("another process"), std::string::npos);
  opened.store.reset();
  EXPECT_TRUE(open_lock_store(opened.directory));
}

TEST(LockStore, RefusesADirectoryThatCannotBe) {
  const TemporaryDirectory parent;
  EXPECT_FALSE(open_lock_store(parent.file("missing/signer")));
  ASSERT_TRUE(write_file_durably(parent.file("file"), "x", 0600));
  EXPECT_FALSE(open_lock_store(parent.file("file")));
}

TEST(LockStore, NeverGrowsWhileItIsWritten) {
  OpenedLockStore opened;
  const auto size = std::filesystem::file_size(opened.journal);
  for (std::uint64_t round = 1; round <= 20; ++round) {
    ASSERT_TRUE(opened.store->put({{"a", note("a", round)}}));
  }
  EXPECT_EQ(std::filesystem::file_size(opened.journal), size);
}

TEST(LockStore, StartsAnewJournalWhenTheOldOneIsFull) {
  OpenedLockStore opened;
  // Each of these takes about a third of the 4 MiB.
  const std::string large(1'400'000, 'n');
  for (char version = '0'; version < '9'; ++version) {
    ASSERT_TRUE(opened.store->put({{"a", large + version}, {"b", std::string(1, version)}}));
  }
  const std::string bytes = *read_file(opened.journal, 8u << 20);
  EXPECT_EQ(bytes.size(), 4u << 20);
  EXPECT_LT(lock_journal::read(bytes)->records, 3u);
  opened.reopen();
  EXPECT_EQ(opened.store->notes(), (Notes{{"a", large + '8'}, {"b", "8"}}));
}

TEST(LockStore, MakesRoomForMoreNotesThanTheUsualJournalHolds) {
  OpenedLockStore opened;
  Notes expected;
  for (char origin = 'a'; origin <= 'h'; ++origin) {
    const std::string text(1'000'000, origin);
    expected[std::string(1, origin)] = text;
    ASSERT_TRUE(opened.store->put({{std::string(1, origin), text}}));
  }
  opened.reopen();
  EXPECT_EQ(opened.store->notes(), expected);
  ASSERT_TRUE(opened.store->put({{"a", "small"}}));
  expected["a"] = "small";
  opened.reopen();
  EXPECT_EQ(opened.store->notes(), expected);
}

TEST(LockStore, DropsATornLastPutAndGoesOn) {
  OpenedLockStore opened;
  ASSERT_TRUE(opened.store->put({{"a", note("a", 1)}}));
  opened.store.reset();
  const std::string next = lock_journal::record({{"a", note("a", 2)}});
  overwrite(opened.journal, 2 * lock_journal::sector_bytes, next.substr(0, 100));
  opened.store = opened.open();
  EXPECT_EQ(opened.store->notes(), (Notes{{"a", note("a", 1)}}));
  ASSERT_TRUE(opened.store->put({{"a", note("a", 3)}}));
  opened.reopen();
  EXPECT_EQ(opened.store->notes(), (Notes{{"a", note("a", 3)}}));
}

TEST(LockStore, RefusesADamagedJournalAndLeavesItAsItIs) {
  OpenedLockStore opened;
  ASSERT_TRUE(opened.store->put({{"a", note("a", 1)}}));
  ASSERT_TRUE(opened.store->put({{"a", note("a", 2)}}));
  opened.store.reset();
  overwrite(opened.journal, lock_journal::sector_bytes + 60, "?");
  const std::string bytes = *read_file(opened.journal, 8u << 20);
  const auto again = open_lock_store(opened.directory);
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().what.find("damaged"), std::string::npos);
  EXPECT_EQ(*read_file(opened.journal, 8u << 20), bytes);
}

}  // namespace
}  // namespace lp::store
