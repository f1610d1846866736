#include "base/file.h"

#include <dirent.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>

namespace lp {
namespace {

namespace fs = std::filesystem;

// A directory of its own for each test, gone afterwards.
class File : public testing::Test {
 protected:
  File() {
    std::string name = testing::TempDir() + "lp_file_XXXXXX";
    root_ = ::mkdtemp(name.data());
  }
  ~File() override { fs::remove_all(root_); }

  [[nodiscard]] std::string at(const std::string& name) const { return root_ + "/" + name; }
  [[nodiscard]] std::size_t entries() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(root_), fs::directory_iterator()));
  }

 private:
  std::string root_;
};

mode_t mode_of(const std::string& path) {
  struct stat status{};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return status.st_mode & 07777;
}

TEST_F(File, ReadsBackWhatWasWritten) {
  const std::string bytes("a\0b\xff\n", 5);
  ASSERT_TRUE(write_file_durably(at("f"), bytes, 0600));
  const auto read = read_file(at("f"), 5);
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, bytes);
}

TEST_F(File, ReplacesWholeAndLeavesNoTemporaryFile) {
  ASSERT_TRUE(write_file_durably(at("f"), "a long first text", 0600));
  ASSERT_TRUE(write_file_durably(at("f"), "b", 0400));
  EXPECT_EQ(*read_file(at("f"), 100), "b");
  EXPECT_EQ(mode_of(at("f")), 0400u);
  EXPECT_EQ(entries(), 1u);
}

TEST_F(File, GetsExactlyTheModeWhateverTheUmask) {
  const mode_t before = ::umask(0077);
  EXPECT_TRUE(write_file_durably(at("f"), "", 0644));
  EXPECT_TRUE(make_directory(at("d"), 0755));
  ::umask(before);
  EXPECT_EQ(mode_of(at("f")), 0644u);
  EXPECT_EQ(mode_of(at("d")), 0755u);
}

TEST_F(File, CreateRefusesWhatExistsAndLeavesIt) {
  ASSERT_TRUE(create_file_durably(at("key"), "first", 0400));
  const auto again = create_file_durably(at("key"), "second", 0400);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().errno_value, EEXIST);
  EXPECT_EQ(*read_file(at("key"), 100), "first");
  EXPECT_EQ(mode_of(at("key")), 0400u);
  EXPECT_EQ(entries(), 1u);
}

TEST_F(File, ReadRefusesMoreThanItsCap) {
  ASSERT_TRUE(write_file_durably(at("f"), "123456", 0600));
  const auto read = read_file(at("f"), 5);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().errno_value, EFBIG);
  EXPECT_NE(to_string(read.error()).find(at("f") + ": File too large"), std::string::npos);
}

TEST_F(File, ReadRefusesAFileWhoseSizeIsNotItsLength) {
  // Files of /proc say size 0 and have content: the same as one that grows while being read.
  const auto read = read_file("/proc/self/status", 1 << 20);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().errno_value, EFBIG);
}

TEST_F(File, ReadRefusesWhatIsNoRegularFileWithoutHanging) {
  ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0600), 0);
  for (const std::string& path : {at("pipe"), at(".")}) {
    const auto read = read_file(path, 10);
    ASSERT_FALSE(read) << path;
    EXPECT_EQ(read.error().errno_value, EINVAL);
  }
  EXPECT_EQ(read_file(at("absent"), 10).error().errno_value, ENOENT);
}

TEST_F(File, WriteNamesTheStepThatFailed) {
  const auto absent = write_file_durably(at("absent/f"), "x", 0600);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().errno_value, ENOENT);
  EXPECT_NE(absent.error().what.find("create " + at("absent/f")), std::string::npos);

  ASSERT_TRUE(make_directory(at("d"), 0700));
  const auto directory = write_file_durably(at("d"), "x", 0600);
  ASSERT_FALSE(directory);
  EXPECT_EQ(directory.error().what, "rename to " + at("d"));
  EXPECT_EQ(entries(), 1u);  // the temporary file is gone
}

// In a child process, because the limit holds for all that a process writes.
void write_beyond_the_limit(const std::string& path) {
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{16, 16};
  if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) std::_Exit(1);
  const auto written = write_file_durably(path, std::string(17, 'x'), 0600);
  std::_Exit(!written && written.error().errno_value == EFBIG ? 0 : 2);
}

TEST_F(File, WriteThatFailsHalfwayLeavesTheOldFileAndNothingElse) {
  ASSERT_TRUE(write_file_durably(at("f"), "old", 0600));
  EXPECT_EXIT(write_beyond_the_limit(at("f")), testing::ExitedWithCode(0), "");
  EXPECT_EQ(*read_file(at("f"), 100), "old");
  EXPECT_EQ(entries(), 1u);
}

TEST_F(File, SecretMustBePrivateAndNoLink) {
  ASSERT_TRUE(write_file_durably(at("key"), "material", 0400));
  const auto secret = read_secret_file(at("key"), 100);
  ASSERT_TRUE(secret);
  EXPECT_EQ(secret->reveal(), "material");

  ASSERT_EQ(::symlink(at("key").c_str(), at("link").c_str()), 0);
  EXPECT_EQ(read_secret_file(at("link"), 100).error().errno_value, ELOOP);
  EXPECT_TRUE(read_file(at("link"), 100));

  for (const mode_t loose : {0440u, 0404u, 0420u, 0401u}) {
    ASSERT_EQ(::chmod(at("key").c_str(), loose), 0);
    const auto refused = read_secret_file(at("key"), 100);
    ASSERT_FALSE(refused) << loose;
    EXPECT_EQ(refused.error().errno_value, EPERM);
  }
}

TEST_F(File, DirectoryThatExistsIsFineAndKeepsItsMode) {
  ASSERT_TRUE(make_directory(at("d"), 0700));
  ASSERT_TRUE(make_directory(at("d"), 0755));
  EXPECT_EQ(mode_of(at("d")), 0700u);
  ASSERT_TRUE(write_file_durably(at("f"), "", 0600));
  EXPECT_EQ(make_directory(at("f"), 0700).error().errno_value, ENOTDIR);
  EXPECT_EQ(make_directory(at("absent/d"), 0700).error().errno_value, ENOENT);
  ASSERT_EQ(::symlink("nowhere", at("dangling").c_str()), 0);
  EXPECT_EQ(make_directory(at("dangling"), 0700).error().errno_value, ENOENT);
}

TEST_F(File, SyncRefusesWhatIsNoDirectory) {
  ASSERT_TRUE(write_file_durably(at("f"), "", 0600));
  EXPECT_TRUE(sync_directory(at(".")));
  EXPECT_EQ(sync_directory(at("f")).error().errno_value, ENOTDIR);
}

TEST(ParentDirectory, IsThePartBeforeTheLastSlash) {
  EXPECT_EQ(parent_directory("a/b"), "a");
  EXPECT_EQ(parent_directory("a//b"), "a");
  EXPECT_EQ(parent_directory("a/b/"), "a");
  EXPECT_EQ(parent_directory("a"), ".");
  EXPECT_EQ(parent_directory(""), ".");
  EXPECT_EQ(parent_directory("/a"), "/");
  EXPECT_EQ(parent_directory("/"), "/");
}

}  // namespace
}  // namespace lp
