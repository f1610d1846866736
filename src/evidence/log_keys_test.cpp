#include "evidence/log_keys.h"

#include <gtest/gtest.h>

#include "crypto/ed25519.h"
#include "tlog/tree.h"

namespace lp::evidence {
namespace {

const std::string origin = "log.example/p/1";

crypto::Ed25519Key key_of(char fill) {
  return crypto::Ed25519Key::from_seed(std::string(32, fill));
}

std::string vkey_of(char fill) {
  return tlog::VerifierKey::make(origin, key_of(fill).public_key()).to_string();
}

std::string note(std::uint64_t size, char fill) {
  return tlog::sign_checkpoint({.origin = origin, .size = size, .root = tlog::empty_root()},
                               key_of(fill));
}

TEST(LogKeys, HandOverAtOneSize) {
  LogKeyRanges keys{{.vkey = "a", .from = 0, .to = {}}};
  ASSERT_TRUE(hand_over(keys, "b", 7));
  EXPECT_EQ(keys, (LogKeyRanges{{"a", 0, 7}, {"b", 7, std::nullopt}}));
  ASSERT_TRUE(hand_over(keys, "c", 9));
  EXPECT_EQ(keys[1].to, 9U);
}

TEST(LogKeys, AreNotHandedOverToAKeyOfBeforeOrBeforeTheLastOneBegins) {
  LogKeyRanges keys{{.vkey = "a", .from = 3, .to = {}}};
  EXPECT_FALSE(hand_over(keys, "b", 3));
  EXPECT_FALSE(hand_over(keys, "a", 7));
  LogKeyRanges ended{{.vkey = "a", .from = 0, .to = 5}}, none;
  EXPECT_FALSE(hand_over(ended, "b", 7));
  EXPECT_FALSE(hand_over(none, "b", 7));
}

TEST(LogKeys, OpenACheckpointOnlyUnderTheKeyOfItsSize) {
  const LogKeyRanges keys{{vkey_of('a'), 0, 7}, {vkey_of('b'), 7, std::nullopt}};
  EXPECT_EQ(open_in_range(note(6, 'a'), keys)->size, 6U);
  EXPECT_EQ(open_in_range(note(7, 'b'), keys)->size, 7U);
  EXPECT_EQ(open_in_range(note(7, 'a'), keys).error(), tlog::NoteFault::unknown_key);
  EXPECT_EQ(open_in_range(note(6, 'b'), keys).error(), tlog::NoteFault::unknown_key);
  EXPECT_EQ(open_in_range(note(6, 'a'), {keys[1]}).error(), tlog::NoteFault::unknown_key);
  EXPECT_EQ(open_in_range("no note", keys).error(), tlog::NoteFault::malformed);
}

}  // namespace
}  // namespace lp::evidence
