#include "store/blob_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "store/testing.h"

namespace lp::store {
namespace {

TEST(BlobFiles, GiveBackWhatWasWrittenAndReplaceIt) {
  const TemporaryDirectory parent;
  const auto blobs = BlobFiles::open(parent.file("blobs"));
  ASSERT_TRUE(blobs);
  const std::string bytes = sample_bytes(1, blob_file_bytes_min + 7);
  ASSERT_TRUE(blobs->write("req_1_a", bytes));
  EXPECT_EQ(*blobs->read("req_1_a", bytes.size()), bytes);
  ASSERT_TRUE(blobs->write("req_1_a", "short"));
  EXPECT_EQ(*blobs->read("req_1_a", bytes.size()), "short");
}

TEST(BlobFiles, RefuseToReadMoreThanAllowed) {
  const TemporaryDirectory parent;
  const auto blobs = BlobFiles::open(parent.file("blobs"));
  ASSERT_TRUE(blobs->write("blob", "12345"));
  EXPECT_TRUE(blobs->read("blob", 5));
  EXPECT_FALSE(blobs->read("blob", 4));
  EXPECT_FALSE(blobs->read("missing", 5));
}

TEST(BlobFiles, ForgetARemovedFileAndDoNotMindAMissingOne) {
  const TemporaryDirectory parent;
  const auto blobs = BlobFiles::open(parent.file("blobs"));
  ASSERT_TRUE(blobs->write("blob", "12345"));
  EXPECT_TRUE(blobs->remove("blob"));
  EXPECT_FALSE(blobs->read("blob", 5));
  EXPECT_TRUE(blobs->remove("blob"));
}

TEST(BlobFiles, RefuseEveryNameThatCouldLeaveTheDirectory) {
  const TemporaryDirectory parent;
  const auto blobs = BlobFiles::open(parent.file("blobs"));
  const std::string long_name(129, 'a');
  for (const std::string_view name :
       {std::string_view(""), std::string_view("."), std::string_view(".."),
        std::string_view("../x"), std::string_view("/etc/passwd"), std::string_view("a/b"),
        std::string_view("A"), std::string_view("a.b"), std::string_view("a b"),
        std::string_view("a\0b", 3), std::string_view("\xc3\xbc"), std::string_view(long_name)}) {
    EXPECT_FALSE(is_blob_name(name)) << name;
    EXPECT_FALSE(blobs->write(name, "x")) << name;
    EXPECT_FALSE(blobs->read(name, 1)) << name;
    EXPECT_FALSE(blobs->remove(name)) << name;
  }
  EXPECT_TRUE(is_blob_name("req_01j9"));
  EXPECT_TRUE(is_blob_name(std::string(128, 'a')));
}

TEST(BlobFiles, AreReadableByTheirUserOnly) {
  const TemporaryDirectory parent;
  const auto blobs = BlobFiles::open(parent.file("blobs"));
  ASSERT_TRUE(blobs->write("blob", "x"));
  struct stat status{};
  ASSERT_EQ(::stat(parent.file("blobs").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
  ASSERT_EQ(::stat(parent.file("blobs/blob").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

}  // namespace
}  // namespace lp::store
