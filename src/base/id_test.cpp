#include "base/id.h"

#include <gtest/gtest.h>

#include "base/testing.h"
#include "base/text.h"

namespace lp {
namespace {

class Zeros final : public Entropy {
 public:
  std::string bytes(std::size_t count) override { return std::string(count, '\0'); }
};

TEST(Id, HoldsTheTimeInItsFirstFortyEightBits) {
  Zeros zeros;
  const std::string id = new_id("req", Instant{1'772'366'400'000}, zeros);
  EXPECT_EQ(id, "req_01kjmma2g00000000000000000");
  EXPECT_EQ(id_hex(id), "019ca9450a0000000000000000000000");
}

TEST(Id, IsRecognisedUnderItsOwnPrefixOnly) {
  SeededEntropy entropy;
  const std::string id = new_id("req", Instant{1}, entropy);
  EXPECT_TRUE(is_id("req", id));
  EXPECT_FALSE(is_id("re", id));
  EXPECT_FALSE(is_id("agt", id));
  EXPECT_FALSE(is_id("requ", id));
  EXPECT_FALSE(is_id("", id));
  EXPECT_FALSE(is_id("req", ""));
}

TEST(Id, WithOneCharacterWrongIsNone) {
  SeededEntropy entropy;
  const std::string id = new_id("req", Instant{1}, entropy);
  EXPECT_FALSE(is_id("req", id + "0"));
  EXPECT_FALSE(is_id("req", id.substr(0, id.size() - 1)));
  std::string other = id;
  other[3] = '-';
  EXPECT_FALSE(is_id("req", other));
  other = id;
  other[10] = 'U';
  EXPECT_FALSE(is_id("req", other));
  other = id;
  other[4] = '8';  // more than 128 bits
  EXPECT_FALSE(is_id("req", other));
}

TEST(Id, SortsByTimeAndDiffersAtOneTime) {
  SeededEntropy entropy;
  const std::string a = new_id("x", Instant{1'000}, entropy);
  const std::string b = new_id("x", Instant{1'000}, entropy);
  const std::string c = new_id("x", Instant{1'001}, entropy);
  EXPECT_NE(a, b);
  EXPECT_LT(a, c);
  EXPECT_LT(b, c);
}

TEST(Id, UsesOnlyCharactersThatNeedNoEscapingInAUrl) {
  SeededEntropy entropy;
  const std::string id = new_id("req", Instant{281'474'976'710'655}, entropy);
  EXPECT_EQ(id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_"), std::string::npos);
}

TEST(Id, HexIsEmptyForWhatIsNoId) {
  for (const auto text : {"", "_", "req", "req_", "_01kjmma2g00000000000000000",
                          "req_01kjmma2g0000000000000000", "req_u1kjmma2000000000000000000"}) {
    EXPECT_EQ(id_hex(text), "") << text;
  }
  EXPECT_EQ(id_hex("a_b_01kjmma2g00000000000000000"), "019ca9450a0000000000000000000000");
}

TEST(Id, OutsideFortyEightBitsOfTimeIsABug) {
  SeededEntropy entropy;
  EXPECT_DEATH(new_id("x", Instant{-1}, entropy), "assertion failed");
  EXPECT_DEATH(new_id("x", Instant{281'474'976'710'656}, entropy), "assertion failed");
}

TEST(SeededEntropy, RepeatsForASeedHoweverItIsAsked) {
  SeededEntropy whole(5);
  SeededEntropy parts(5);
  SeededEntropy other(6);
  const std::string sixteen = whole.bytes(16);
  EXPECT_EQ(parts.bytes(3) + parts.bytes(13), sixteen);
  EXPECT_NE(other.bytes(16), sixteen);
}

}  // namespace
}  // namespace lp
