#include "crypto/scrypt.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace lp::crypto {
namespace {

// The test vectors of RFC 7914 §12 that are cheap enough.
TEST(Scrypt, GivesTheKeysOfTheStandard) {
  EXPECT_EQ(hex(scrypt("password", "NaCl", {.n = 1'024, .r = 8, .p = 16}, 64).reveal()),
            "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
            "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640");
  EXPECT_EQ(
      hex(scrypt("pleaseletmein", "SodiumChloride", {.n = 16'384, .r = 8, .p = 1}, 64).reveal()),
      "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
      "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887");
}

TEST(Scrypt, TakesAnEmptyPassphraseAndAnEmptySalt) {
  EXPECT_EQ(hex(scrypt("", "", {.n = 16, .r = 1, .p = 1}, 64).reveal()),
            "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
            "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906");
}

TEST(Scrypt, KnowsWhatItCannotAfford) {
  EXPECT_TRUE(affordable({}));
  EXPECT_TRUE(affordable({.n = 1 << 20, .r = 8, .p = 1}));
  EXPECT_FALSE(affordable({.n = 1 << 21, .r = 8, .p = 1}));
  EXPECT_FALSE(affordable({.n = (1 << 17) + 1, .r = 8, .p = 1}));
  EXPECT_FALSE(affordable({.n = 0, .r = 8, .p = 1}));
  EXPECT_FALSE(affordable({.n = 1ULL << 60, .r = 8, .p = 1}));
  EXPECT_FALSE(affordable({.n = 1 << 17, .r = 0, .p = 1}));
  EXPECT_FALSE(affordable({.n = 1 << 17, .r = 8, .p = 1ULL << 40}));
}

}  // namespace
}  // namespace lp::crypto
