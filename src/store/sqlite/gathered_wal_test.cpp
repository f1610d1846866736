#include "store/sqlite/gathered_wal.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/file.h"
#include "store/testing.h"

namespace lp::store {
namespace {

constexpr std::size_t file_bytes_max = 16u << 20;

// A write-ahead log as SQLite holds it, through the VFS that is tested.
class Log {
 public:
  explicit Log(std::string path) : path_(std::move(path)) {
    // SQLite looks at the main file for the permissions of its log.
    std::ofstream(path_.substr(0, path_.rfind('-')));
    sqlite3_vfs* vfs = sqlite3_vfs_find(gathered_wal_vfs());
    memory_ = std::make_unique<std::max_align_t[]>(
        static_cast<std::size_t>(vfs->szOsFile) / sizeof(std::max_align_t) + 1);
    // SQLite's names end in two NULs.
    name_ = path_ + std::string(2, '\0');
    EXPECT_EQ(vfs->xOpen(vfs, name_.c_str(), file(),
                         SQLITE_OPEN_WAL | SQLITE_OPEN_CREATE | SQLITE_OPEN_READWRITE, nullptr),
              SQLITE_OK);
  }
  ~Log() { EXPECT_EQ(file()->pMethods->xClose(file()), SQLITE_OK); }
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  int write(std::string_view bytes, std::size_t offset) {
    return file()->pMethods->xWrite(file(), bytes.data(), static_cast<int>(bytes.size()),
                                    static_cast<sqlite3_int64>(offset));
  }
  int sync() { return file()->pMethods->xSync(file(), SQLITE_SYNC_NORMAL); }
  int truncate(std::size_t size) {
    return file()->pMethods->xTruncate(file(), static_cast<sqlite3_int64>(size));
  }
  std::size_t size() {
    sqlite3_int64 size = -1;
    EXPECT_EQ(file()->pMethods->xFileSize(file(), &size), SQLITE_OK);
    return static_cast<std::size_t>(size);
  }
  std::string read(std::size_t size, std::size_t offset) {
    std::string bytes(size, '?');
    EXPECT_EQ(file()->pMethods->xRead(file(), bytes.data(), static_cast<int>(size),
                                      static_cast<sqlite3_int64>(offset)),
              SQLITE_OK);
    return bytes;
  }
  // What another process would find.
  [[nodiscard]] std::string outside() const { return *read_file(path_, file_bytes_max); }

 private:
  sqlite3_file* file() { return reinterpret_cast<sqlite3_file*>(memory_.get()); }

  const std::string path_;
  std::string name_;
  std::unique_ptr<std::max_align_t[]> memory_;
};

std::string head(bool ends) {
  std::string bytes(24, 'h');
  bytes.replace(4, 4, ends ? std::string("\0\0\0\7", 4) : std::string(4, '\0'));
  return bytes;
}

const std::string page(4096, 'p');

TEST(GatheredWal, GivesAwayAllFramesWithTheOneThatEndsTheCommit) {
  const TemporaryDirectory directory;
  Log log(directory.file("db-wal"));
  ASSERT_EQ(log.write(head(false), 0), SQLITE_OK);
  ASSERT_EQ(log.write(page, 24), SQLITE_OK);
  ASSERT_EQ(log.write(head(true), 24 + page.size()), SQLITE_OK);
  EXPECT_EQ(log.outside(), "");
  ASSERT_EQ(log.write(page, 48 + page.size()), SQLITE_OK);
  EXPECT_EQ(log.outside(), head(false) + page + head(true) + page);
}

TEST(GatheredWal, HoldsNothingBackFromAFlushAReadOrItsSize) {
  const TemporaryDirectory directory;
  Log log(directory.file("db-wal"));
  ASSERT_EQ(log.write("flush", 0), SQLITE_OK);
  ASSERT_EQ(log.sync(), SQLITE_OK);
  EXPECT_EQ(log.outside(), "flush");
  ASSERT_EQ(log.write("read", 5), SQLITE_OK);
  EXPECT_EQ(log.read(9, 0), "flushread");
  ASSERT_EQ(log.write("size", 9), SQLITE_OK);
  EXPECT_EQ(log.size(), 13u);
}

TEST(GatheredWal, LeavesEverythingBehindWhenItIsClosed) {
  const TemporaryDirectory directory;
  Log(directory.file("db-wal")).write("last", 0);
  EXPECT_EQ(*read_file(directory.file("db-wal"), file_bytes_max), "last");
}

TEST(GatheredWal, ALargeCommitGoesInPieces) {
  const TemporaryDirectory directory;
  Log log(directory.file("db-wal"));
  std::string all;
  for (unsigned frame = 0; frame < 300; ++frame) {
    for (const std::string& bytes : {head(frame == 299), page}) {
      ASSERT_EQ(log.write(bytes, all.size()), SQLITE_OK);
      all += bytes;
      EXPECT_LE(all.size() - log.outside().size(), 127u << 10);
    }
  }
  EXPECT_EQ(log.outside(), all);
}

TEST(GatheredWal, SaysThatAWriteFailsNoLaterThanTheCommitEnds) {
  const TemporaryDirectory directory;
  Log log(directory.file("db-wal"));
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit little{.rlim_cur = 0, .rlim_max = before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &little), 0);
  EXPECT_EQ(log.write(head(true), 0), SQLITE_OK);
  EXPECT_EQ(log.write(page, 24) & 0xff, SQLITE_IOERR);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
}

// Whatever is written where and when: a reader of the same file sees what a plain file would hold,
// and the file itself holds it after every flush.
TEST(GatheredWal, IsTheFileItStandsFor) {
  const TemporaryDirectory directory;
  Log log(directory.file("db-wal"));
  std::string model;
  std::mt19937 random(7);
  const auto upto = [&](std::size_t limit) { return random() % (limit + 1); };
  for (unsigned step = 0; step < 20'000; ++step) {
    switch (upto(9)) {
      case 0:
        ASSERT_EQ(log.sync(), SQLITE_OK);
        ASSERT_EQ(log.outside(), model);
        break;
      case 1: {
        const std::size_t size = upto(model.size());
        ASSERT_EQ(log.truncate(size), SQLITE_OK);
        model.resize(size);
        break;
      }
      case 2: {
        const std::size_t offset = upto(model.size());
        const std::size_t size = upto(std::min<std::size_t>(model.size() - offset, 100));
        ASSERT_EQ(log.read(size, offset), model.substr(offset, size));
        break;
      }
      default: {
        // Mostly at its end, as a log is written.
        const std::size_t offset = upto(9) == 0 ? upto(model.size()) : model.size();
        std::string bytes = upto(1) == 0 ? head(upto(3) == 0) : std::string(upto(99) + 1, 'x');
        bytes.back() = static_cast<char>('a' + upto(25));
        ASSERT_EQ(log.write(bytes, offset), SQLITE_OK);
        if (model.size() < offset + bytes.size()) model.resize(offset + bytes.size());
        model.replace(offset, bytes.size(), bytes);
      }
    }
    if (model.size() > 20'000) {
      ASSERT_EQ(log.truncate(0), SQLITE_OK);
      model.clear();
    }
  }
}

}  // namespace
}  // namespace lp::store
