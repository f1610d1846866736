#include "cli/output_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace lp::cli {
namespace {

struct Folder {
  std::filesystem::path path;

  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "lp_output_XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  [[nodiscard]] std::string file(const char* name = "f") const { return (path / name).string(); }
  [[nodiscard]] std::string content(const char* name = "f") const {
    std::stringstream text;
    text << std::ifstream(file(name)).rdbuf();
    return text.str();
  }
  [[nodiscard]] std::ptrdiff_t entries() const {
    return std::distance(std::filesystem::directory_iterator(path), {});
  }
};

using Existing = OutputFile::Existing;

TEST(OutputFile, IsThereOnlyOnceItIsWhole) {
  const Folder folder;
  auto file = OutputFile::open(folder.file(), Existing::refuse);
  ASSERT_TRUE(file.has_value());
  ASSERT_TRUE(file->write("one ").has_value());
  EXPECT_FALSE(std::filesystem::exists(folder.file()));
  ASSERT_TRUE(file->write("two").has_value());
  ASSERT_TRUE(file->finish().has_value());
  EXPECT_EQ(folder.content(), "one two");
  struct stat status{};
  ASSERT_EQ(stat(folder.file().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(folder.entries(), 1);
}

TEST(OutputFile, LeavesNothingWhenItIsNotFinished) {
  const Folder folder;
  {
    auto file = OutputFile::open(folder.file(), Existing::refuse);
    ASSERT_TRUE(file->write("half").has_value());
  }
  EXPECT_EQ(folder.entries(), 0);
}

TEST(OutputFile, ReplacesOnlyWhenTold) {
  const Folder folder;
  std::ofstream(folder.file()) << "old";
  const auto refused = OutputFile::open(folder.file(), Existing::refuse);
  ASSERT_FALSE(refused.has_value());
  EXPECT_TRUE(refused.error().exists);
  auto file = OutputFile::open(folder.file(), Existing::replace);
  ASSERT_TRUE(file.has_value());
  ASSERT_TRUE(file->write("new").has_value());
  EXPECT_EQ(folder.content(), "old");
  ASSERT_TRUE(file->finish().has_value());
  EXPECT_EQ(folder.content(), "new");
}

TEST(OutputFile, DoesNotGoOverAFileThatAppearedMeanwhile) {
  const Folder folder;
  auto file = OutputFile::open(folder.file(), Existing::refuse);
  ASSERT_TRUE(file.has_value());
  std::ofstream(folder.file()) << "first";
  const auto done = file->finish();
  ASSERT_FALSE(done.has_value());
  EXPECT_TRUE(done.error().exists);
  EXPECT_EQ(folder.content(), "first");
}

TEST(OutputFile, IsPutInPlaceOfNothingButAFile) {
  const Folder folder;
  std::filesystem::create_symlink(folder.file("target"), folder.file("link"));
  for (const std::string& path :
       {folder.file("link"), folder.path.string(), std::string("/dev/null")}) {
    EXPECT_FALSE(OutputFile::open(path, Existing::replace).has_value()) << path;
  }
  EXPECT_FALSE(OutputFile::open(folder.file("no/such"), Existing::refuse).has_value());
  EXPECT_EQ(folder.entries(), 1);
}

}  // namespace
}  // namespace lp::cli
