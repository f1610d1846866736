#include "base/digest.h"

#include <gtest/gtest.h>

namespace lp {
namespace {

TEST(Digest, ReadsExactlyThirtyTwoBytes) {
  const std::string raw = "0123456789abcdef0123456789ABCDEF";
  const auto digest = Digest::from_bytes(raw);
  ASSERT_TRUE(digest);
  EXPECT_EQ(digest->view(), raw);
  EXPECT_FALSE(Digest::from_bytes(raw.substr(1)));
  EXPECT_FALSE(Digest::from_bytes(raw + "0"));
  EXPECT_FALSE(Digest::from_bytes(""));
}

TEST(Digest, ReadsExactlySixtyFourLowerCaseHexCharacters) {
  const std::string text = std::string(62, '0') + "af";
  const auto digest = Digest::from_hex(text);
  ASSERT_TRUE(digest);
  EXPECT_EQ(digest->hex(), text);
  EXPECT_FALSE(Digest::from_hex(std::string(62, '0') + "AF"));
  EXPECT_FALSE(Digest::from_hex(text.substr(2)));
  EXPECT_FALSE(Digest::from_hex(text + "00"));
}

TEST(Digest, ComparesByContent) {
  Digest a;
  Digest b;
  EXPECT_EQ(a, b);
  b.bytes[31] = 1;
  EXPECT_LT(a, b);
}

}  // namespace
}  // namespace lp
