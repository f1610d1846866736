#include "verify/bundle_reader.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <string>

namespace lp::verify {
namespace {

// A file that goes away with it.
struct Archive {
  std::string path = ::testing::TempDir() + "letsping_bundle_reader_test.tar";

  explicit Archive(const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }
  ~Archive() { std::remove(path.c_str()); }
  [[nodiscard]] BundleReader open() const { return *BundleReader::open(path); }
};

std::string two_members() {
  return evidence::tar_member("a", "one\ntwo\n") + evidence::tar_member("b/c", "") +
         evidence::tar_end();
}

// Reads everything; what was wrong, or "".
std::string read_all(BundleReader& reader) {
  for (;;) {
    const auto name = reader.next();
    if (!name) return name.error().why;
    if (name->empty()) return {};
    if (const auto in = reader.enter(*name); !in) return in.error().why;
    if (const auto all = reader.content(1'000); !all) return all.error().why;
    if (const auto left = reader.leave(); !left) return left.error().why;
  }
}

std::string fault_of(const std::string& bytes) {
  const Archive archive(bytes);
  BundleReader reader = archive.open();
  return read_all(reader);
}

TEST(BundleReader, GivesMembersLinesAndHashes) {
  const Archive archive(two_members());
  BundleReader reader = archive.open();
  EXPECT_EQ(reader.bytes_in_all(), two_members().size());
  ASSERT_TRUE(reader.enter("a").has_value());
  EXPECT_EQ(*reader.line(10), "one");
  EXPECT_EQ(*reader.line(10), "two");
  EXPECT_FALSE(reader.line(10)->has_value());
  EXPECT_EQ(*reader.leave(), crypto::sha256("one\ntwo\n"));
  EXPECT_EQ(*reader.next(), "b/c");
  ASSERT_TRUE(reader.enter("b/c").has_value());
  EXPECT_EQ(*reader.content(0), "");
  EXPECT_EQ(*reader.leave(), crypto::sha256(""));
  EXPECT_EQ(*reader.next(), "");
  EXPECT_EQ(reader.bytes(), two_members().size());
}

TEST(BundleReader, NamesTheMemberThatIsMissing) {
  const Archive archive(two_members());
  BundleReader reader = archive.open();
  const auto in = reader.enter("z");
  ASSERT_FALSE(in.has_value());
  EXPECT_EQ(in.error().member, "z");
  EXPECT_EQ(in.error().why, "it is missing: a is in its place");
}

TEST(BundleReader, TakesNoByteThatDiffersOutsideOfContents) {
  const std::string bytes = two_members();
  EXPECT_EQ(fault_of(bytes), "");
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const bool in_content = at >= evidence::tar_block && at < evidence::tar_block + 8;
    if (in_content) continue;
    std::string other = bytes;
    other[at] = static_cast<char>(other[at] ^ 4);
    EXPECT_NE(fault_of(other), "") << at;
  }
}

TEST(BundleReader, TakesNothingBehindTheEndAndNothingCutOff) {
  const std::string bytes = two_members();
  EXPECT_EQ(fault_of(bytes + '\0'), "something follows the end of the archive");
  for (const std::size_t length :
       {std::size_t{0}, std::size_t{100}, std::size_t{515}, bytes.size() - 512, bytes.size() - 1}) {
    EXPECT_EQ(fault_of(bytes.substr(0, length)), "the file is cut off here") << length;
  }
}

TEST(BundleReader, RefusesWhatIsLongerThanItsReaderTakes) {
  const Archive archive(evidence::tar_member("a", "0123456789\nno end") + evidence::tar_end());
  BundleReader reader = archive.open();
  ASSERT_TRUE(reader.enter("a").has_value());
  EXPECT_EQ(reader.content(16).error().why, "it is longer than it can be");
  EXPECT_EQ(*reader.line(11), "0123456789");
  EXPECT_EQ(reader.leave().error().why, "there is more in it than belongs there");
  EXPECT_EQ(reader.line(3).error().why, "a line is longer than it can be");
  EXPECT_EQ(reader.line(10).error().why, "its last line has no end");
}

TEST(BundleReader, SaysThatAFileIsNotThere) {
  EXPECT_FALSE(BundleReader::open("/nonexistent/bundle.tar").has_value());
}

}  // namespace
}  // namespace lp::verify
