#include "base/crc32.h"

#include <gtest/gtest.h>

namespace lp {
namespace {

TEST(Crc32, GivesTheCheckValueOfTheCatalogue) {
  EXPECT_EQ(crc32("123456789"), 0xcbf43926u);
  EXPECT_EQ(crc32(""), 0u);
  EXPECT_EQ(crc32("The quick brown fox jumps over the lazy dog"), 0x414fa339u);
  EXPECT_EQ(crc32(std::string(32, '\xff')), 0xff6cab0bu);
}

TEST(Crc32, NoticesEverySingleWrongBit) {
  std::string key = "lp_agent_0123456789_abcdefghjkmnpqrstvwxyz";
  const std::uint32_t right = crc32(key);
  for (char& c : key) {
    for (int bit = 0; bit < 8; ++bit) {
      c = static_cast<char>(c ^ (1 << bit));
      EXPECT_NE(crc32(key), right);
      c = static_cast<char>(c ^ (1 << bit));
    }
  }
}

}  // namespace
}  // namespace lp
