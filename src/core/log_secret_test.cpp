#include "core/log_secret.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>

#include "base/file.h"
#include "base/text.h"
#include "crypto/hash.h"

namespace lp::core {
namespace {

namespace fs = std::filesystem;

const std::string first = "log.example/p/1", second = "log.example/p/2";

struct Drawer {
  fs::path root;
  crypto::SystemEntropy entropy;

  Drawer() {
    std::string name = (fs::temp_directory_path() / "lp_log_secret_XXXXXX").string();
    root = mkdtemp(name.data());
  }
  ~Drawer() { fs::remove_all(root); }
  [[nodiscard]] std::string path() const { return (root / "log.key").string(); }
  LogSecret open() {
    auto opened = LogSecret::open(path(), true, entropy);
    EXPECT_TRUE(opened.has_value());
    return *std::move(opened);
  }
  [[nodiscard]] std::string bytes() const { return *read_file(path(), 1 << 20); }
  void write(const std::string& bytes) {
    ASSERT_TRUE(write_file_durably(path(), bytes, 0400).has_value());
  }
  // A log whose key was handed over at 7, with nothing destroyed.
  LogSecret handed_over() {
    LogSecret secret = open();
    EXPECT_TRUE(secret.draft(first, entropy).has_value());
    EXPECT_TRUE(secret.hand_over(first, 7));
    return secret;
  }
};

std::string vkey_at(const LogSecret& secret, const std::string& origin, std::uint64_t size) {
  const auto key = secret.key(origin, size);
  return key ? vkey_of(origin, *key) : std::string();
}

TEST(LogSecret, IsThirtyTwoBytesAsLongAsNoKeyWasRotated) {
  Drawer drawer;
  const LogSecret secret = drawer.open();
  EXPECT_EQ(drawer.bytes().size(), 32U);
  EXPECT_EQ(secret.ranges(first).size(), 1U);
  EXPECT_EQ(secret.ranges(first).front().vkey, vkey_at(secret, first, 0));
  EXPECT_NE(vkey_at(secret, first, 0), vkey_at(secret, second, 0));
  EXPECT_EQ(secret.next(first), "");
}

TEST(LogSecret, KeepsADraftedKeyBeforeItIsNamedAndOneALog) {
  Drawer drawer;
  LogSecret secret = drawer.open();
  const std::string before = vkey_at(secret, first, 0);
  const auto drafted = secret.draft(first, drawer.entropy);
  ASSERT_TRUE(drafted.has_value());
  EXPECT_EQ(secret.next(first), *drafted);
  EXPECT_EQ(drawer.open().next(first), *drafted);
  // It signs nothing yet.
  EXPECT_EQ(vkey_at(secret, first, 1'000'000), before);
  const auto another = secret.draft(first, drawer.entropy);
  EXPECT_NE(*another, *drafted);
  EXPECT_EQ(drawer.open().next(first), *another);
  // Who asks for one again and again fills no disk.
  const std::size_t bytes = drawer.bytes().size();
  ASSERT_TRUE(secret.draft(first, drawer.entropy).has_value());
  EXPECT_EQ(drawer.bytes().size(), bytes);
}

TEST(LogSecret, HandsOverAtOneSizeAlsoAfterOpeningAgain) {
  Drawer drawer;
  LogSecret secret = drawer.open();
  const std::string before = vkey_at(secret, first, 0), other = vkey_at(secret, second, 0);
  const std::string drafted = *secret.draft(first, drawer.entropy);
  ASSERT_TRUE(secret.hand_over(first, 7));
  const LogSecret again = drawer.open();
  for (const LogSecret* one : std::initializer_list<const LogSecret*>{&secret, &again}) {
    EXPECT_EQ(one->ranges(first),
              (evidence::LogKeyRanges{{before, 0, 7}, {drafted, 7, std::nullopt}}));
    EXPECT_EQ(vkey_at(*one, first, 6), before);
    EXPECT_EQ(vkey_at(*one, first, 7), drafted);
    EXPECT_EQ(vkey_of(first, one->key(first)), drafted);
    EXPECT_EQ(one->next(first), "");
    EXPECT_EQ(vkey_at(*one, second, 0), other);
  }
}

TEST(LogSecret, DestroysNothingThatStillSigns) {
  Drawer drawer;
  LogSecret secret = drawer.handed_over();
  EXPECT_EQ(secret.handing_over(), std::vector<std::string>{first});
  EXPECT_FALSE(secret.spent(first, 6));
  ASSERT_TRUE(secret.destroy_spent({{first, 6}, {second, 3}}, drawer.entropy));
  EXPECT_NE(vkey_at(secret, first, 6), "");
  EXPECT_TRUE(secret.spent(first, 7));
}

TEST(LogSecret, TakesTheSecretAlongWithAKeyThatWasDerivedFromIt) {
  Drawer drawer;
  LogSecret secret = drawer.handed_over();
  const std::string was = secret.ranges(first).front().vkey, now = vkey_at(secret, first, 7);
  const std::string other = vkey_at(secret, second, 0), later = vkey_at(secret, "log/later", 0);
  const std::string spent_seed = base64(crypto::hkdf_sha256(
      LogKeyFile::parse(drawer.bytes())->secret.reveal(), {}, key_info("lp-log/1", first)));
  ASSERT_NE(drawer.bytes().find(spent_seed), std::string::npos);
  ASSERT_TRUE(secret.destroy_spent({{first, 7}, {second, 3}}, drawer.entropy));
  EXPECT_EQ(drawer.bytes().find(spent_seed), std::string::npos);
  const LogSecret again = drawer.open();
  for (const LogSecret* one : std::initializer_list<const LogSecret*>{&secret, &again}) {
    EXPECT_EQ(vkey_at(*one, first, 6), "");
    EXPECT_EQ(one->ranges(first).front().vkey, was);  // which is still known
    EXPECT_EQ(vkey_at(*one, first, 7), now);
    EXPECT_EQ(vkey_at(*one, second, 0), other);       // of a log that is known
    EXPECT_NE(vkey_at(*one, "log/later", 0), later);  // and of one that was not
    EXPECT_TRUE(one->handing_over().empty());
    EXPECT_FALSE(one->spent(first, 1'000));
  }
}

TEST(LogSecret, KeepsTheSecretWhenAKeyGoesThatWasNotDerived) {
  Drawer drawer;
  LogSecret secret = drawer.handed_over();
  ASSERT_TRUE(secret.destroy_spent({{first, 7}}, drawer.entropy));
  const std::string later = vkey_at(secret, "log/later", 0);
  ASSERT_TRUE(secret.draft(first, drawer.entropy).has_value());
  ASSERT_TRUE(secret.hand_over(first, 20));
  ASSERT_TRUE(secret.destroy_spent({{first, 20}}, drawer.entropy));
  EXPECT_EQ(vkey_at(secret, first, 19), "");
  EXPECT_EQ(vkey_at(secret, "log/later", 0), later);
  EXPECT_EQ(secret.ranges(first).size(), 3U);
}

TEST(LogSecret, LeavesNothingBesideItOfAFileThatACrashLeftBehind) {
  Drawer drawer;
  LogSecret secret = drawer.handed_over();
  const std::string left = drawer.path() + ".AbCdEf", kept = drawer.path() + ".backup.of.mine";
  for (const std::string& path : {left, kept}) std::ofstream(path) << drawer.bytes();
  ASSERT_TRUE(secret.destroy_spent({{first, 7}}, drawer.entropy));
  EXPECT_FALSE(fs::exists(left));
  EXPECT_TRUE(fs::exists(kept));
}

// A limit on the size of files stands for the full disk.
TEST(LogSecret, ChangesNothingWhenTheFileCannotBeWritten) {
  Drawer drawer;
  LogSecret secret = drawer.handed_over();
  const std::string bytes = drawer.bytes();
  struct rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  struct rlimit none = before;
  none.rlim_cur = 0;
  signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &none), 0);
  const bool drafted = secret.draft(first, drawer.entropy).has_value();
  const bool destroyed = secret.destroy_spent({{first, 7}}, drawer.entropy);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_FALSE(drafted);
  EXPECT_FALSE(destroyed);
  EXPECT_EQ(secret.next(first), "");
  EXPECT_NE(vkey_at(secret, first, 6), "");
  EXPECT_EQ(drawer.bytes(), bytes);
}

TEST(LogSecret, IsASecretOfOnesOwn) {
  Drawer drawer;
  drawer.handed_over();
  struct stat status{};
  ASSERT_EQ(stat(drawer.path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0400U);
}

TEST(LogSecret, ReadsNoFileButTheOneTextOfEachContent) {
  Drawer drawer;
  const LogSecret secret = drawer.handed_over();
  const std::string good = drawer.bytes();
  const auto changed = [&](const std::string& what, const std::string& by) {
    std::string text = good;
    const std::size_t at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return text.replace(at, what.size(), by);
  };
  const std::string vkey = secret.ranges(first).front().vkey;
  const std::string wrong[] = {
      "",
      good.substr(0, good.size() - 1),
      good + "\n",
      good + "log " + second + "\n",
      changed("keys 1", "keys 2"),
      changed("key 0 ", "key 1 "),
      changed("key 7 ", "key 07 "),
      changed("key 7 ", "key 0 "),
      changed("log " + first, "log " + second),
      changed(vkey, secret.ranges(first).back().vkey),
      changed("key 7 " + secret.ranges(first).back().vkey, "key 7 " + vkey),
  };
  for (const std::string& text : wrong) {
    EXPECT_FALSE(LogKeyFile::parse(text).has_value()) << text;
  }
  EXPECT_TRUE(LogKeyFile::parse(good).has_value());
  drawer.write(wrong[3]);
  const auto opened = LogSecret::open(drawer.path(), false, drawer.entropy);
  ASSERT_FALSE(opened.has_value());
  EXPECT_NE(opened.error().find("not a file of log keys"), std::string::npos);
}

}  // namespace
}  // namespace lp::core
