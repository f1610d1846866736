#include "core/keys.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "base/testing.h"

namespace lp::core {
namespace {

struct Drawer {
  std::filesystem::path root;
  SeededEntropy entropy;
  Drawer() {
    std::string name = (std::filesystem::temp_directory_path() / "lp_keys_XXXXXX").string();
    root = mkdtemp(name.data());
  }
  ~Drawer() { std::filesystem::remove_all(root); }
  std::string path() const { return (root / "secrets").string(); }
};

const Instant november{1'795'000'000'000};
const Instant december{1'797'000'000'000};

TEST(Keys, AreTheSameAfterOpeningAgainAndDifferByOrigin) {
  Drawer drawer;
  const auto made = Keys::open(drawer.path(), true, drawer.entropy);
  const auto opened = Keys::open(drawer.path(), false, drawer.entropy);
  ASSERT_TRUE(made && opened);
  EXPECT_EQ((*made)->log_secret().key("a").public_key(),
            (*opened)->log_secret().key("a").public_key());
  EXPECT_NE((*made)->log_secret().key("a").public_key(),
            (*made)->log_secret().key("b").public_key());
  EXPECT_EQ((*made)->issuer_key("a").spki(), (*opened)->issuer_key("a").spki());
  EXPECT_NE((*made)->issuer_key("a").spki(), (*made)->issuer_key("b").spki());
  EXPECT_NE((*made)->purpose("x").reveal(), (*made)->purpose("y").reveal());
}

TEST(Keys, AreNotMadeBySurpriseAndNotReadWhenOthersCan) {
  Drawer drawer;
  EXPECT_FALSE(Keys::open(drawer.path(), false, drawer.entropy).has_value());
  ASSERT_TRUE(Keys::open(drawer.path(), true, drawer.entropy).has_value());
  ASSERT_EQ(chmod((drawer.path() + "/row.key").c_str(), 0440), 0);
  EXPECT_FALSE(Keys::open(drawer.path(), false, drawer.entropy).has_value());
}

TEST(Keys, WrapUnderTheMonthAndUnwrapOnlyWhileItsKeyExists) {
  Drawer drawer;
  auto keys = Keys::open(drawer.path(), true, drawer.entropy);
  ASSERT_TRUE(keys.has_value());
  const auto old_one = (*keys)->wrap("the dek", november, drawer.entropy);
  const auto new_one = (*keys)->wrap("the dek", december, drawer.entropy);
  ASSERT_TRUE(old_one && new_one);
  EXPECT_EQ((*keys)->unwrap(*old_one)->reveal(), "the dek");
  std::filesystem::remove(drawer.path() + "/wrap-" + to_string(november).substr(0, 7));
  keys = Keys::open(drawer.path(), false, drawer.entropy);
  EXPECT_FALSE((*keys)->unwrap(*old_one).has_value());
  EXPECT_EQ((*keys)->unwrap(*new_one)->reveal(), "the dek");
  std::string flipped = *new_one;
  flipped.back() = static_cast<char>(flipped.back() ^ 1);
  EXPECT_FALSE((*keys)->unwrap(flipped).has_value());
}

TEST(Keys, SealAFieldForOnePlaceOnly) {
  SeededEntropy entropy;
  const std::string dek(32, 'd');
  const std::string sealed = seal_field(dek, "reason", "req_1", "because", entropy);
  EXPECT_EQ(open_field(dek, "reason", "req_1", sealed), "because");
  EXPECT_FALSE(open_field(dek, "payload", "req_1", sealed).has_value());
  EXPECT_FALSE(open_field(dek, "reason", "req_2", sealed).has_value());
  EXPECT_FALSE(open_field(dek, "reason", "req_1", sealed.substr(0, 5)).has_value());
}

}  // namespace
}  // namespace lp::core
