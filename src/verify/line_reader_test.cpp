#include "verify/line_reader.h"

#include <gtest/gtest.h>

#include <fstream>
#include <vector>

namespace lp::verify {
namespace {

std::expected<LineReader, IoError> reader_of(const std::string& text, std::size_t bytes_max = 100) {
  const std::string path = ::testing::TempDir() + "line_reader_" +
                           ::testing::UnitTest::GetInstance()->current_test_info()->name();
  std::ofstream(path, std::ios::binary) << text;
  auto reader = LineReader::open(path, bytes_max);
  EXPECT_TRUE(reader);
  return reader;
}

std::vector<std::string> lines_of(const std::string& text, std::size_t bytes_max = 100) {
  auto reader = reader_of(text, bytes_max);
  std::vector<std::string> lines;
  while (reader) {
    auto line = reader->next();
    if (!line || !*line) break;
    lines.push_back(**std::move(line));
  }
  return lines;
}

TEST(LineReader, GivesLinesWithTheLastFeedOrWithoutIt) {
  EXPECT_EQ(lines_of("a\nb\n"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(lines_of("a\nb"), (std::vector<std::string>{"a", "b"}));
}

TEST(LineReader, KeepsEmptyLines) {
  EXPECT_EQ(lines_of("a\n\nb\n"), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_EQ(lines_of("\n"), std::vector<std::string>{""});
}

TEST(LineReader, SeesAnEmptyFileAsOneEmptyLine) {
  EXPECT_EQ(lines_of(""), std::vector<std::string>{""});
}

TEST(LineReader, CutsALineThatIsTooLongAndGoesOnBehindIt) {
  EXPECT_EQ(lines_of(std::string(300'000, 'x') + "\nb\n", 5),
            (std::vector<std::string>{"xxxxxx", "b"}));
}

TEST(LineReader, KnowsWhetherAWholeLineIsHereAlready) {
  auto reader = reader_of("a\nb\nc");
  ASSERT_TRUE(reader);
  EXPECT_FALSE(reader->has_line()) << "nothing was read yet";
  EXPECT_EQ(*reader->next(), "a");
  EXPECT_TRUE(reader->has_line());
  EXPECT_EQ(*reader->next(), "b");
  EXPECT_FALSE(reader->has_line()) << "there may be more of it";
  EXPECT_EQ(*reader->next(), "c");
  EXPECT_FALSE(reader->has_line());
  EXPECT_EQ(*reader->next(), std::nullopt);
  EXPECT_FALSE(reader->has_line());
}

TEST(LineReader, KeepsWhatItHasReadWhenItIsMoved) {
  auto reader = reader_of("a\nb\nc");
  ASSERT_TRUE(reader);
  EXPECT_EQ(*reader->next(), "a");
  LineReader moved = *std::move(reader);
  EXPECT_TRUE(moved.has_line());
  EXPECT_EQ(*moved.next(), "b");
  EXPECT_EQ(*moved.next(), "c");
  EXPECT_EQ(*moved.next(), std::nullopt);
}

TEST(LineReader, SaysWhatCannotBeRead) {
  const auto reader = LineReader::open("/nonexistent", 10);
  ASSERT_FALSE(reader);
  EXPECT_NE(to_string(reader.error()).find("/nonexistent"), std::string::npos);
}

}  // namespace
}  // namespace lp::verify
