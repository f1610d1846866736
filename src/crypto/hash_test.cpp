#include "crypto/hash.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "base/testing.h"
#include "base/text.h"

namespace lp::crypto {
namespace {

std::string bytes_of(std::string_view text) {
  return from_hex(text).value();
}

std::string sequence(unsigned first, std::size_t count) {
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) bytes += static_cast<char>(first + i);
  return bytes;
}

TEST(Sha256, GivesTheVectorsOfFips180) {
  EXPECT_EQ(sha256("").hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc").hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq").hex(),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256(std::string(1'000'000, 'a')).hex(),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, OfPartsIsThatOfTheWhole) {
  EXPECT_EQ(sha256({"a", "", "bc"}), sha256("abc"));
  EXPECT_EQ(sha256(std::initializer_list<std::string_view>{}), sha256(""));
}

TEST(Sha256, KeepsThreadsApart) {
  const Digest expected = sha256("abc");
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&expected] {
      for (int round = 0; round < 500; ++round) EXPECT_EQ(sha256({"ab", "c"}), expected);
    });
  }
}

TEST(HmacSha256, GivesTheVectorsOfRfc4231) {
  EXPECT_EQ(hmac_sha256(std::string(20, '\x0b'), "Hi There").hex(),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hmac_sha256("Jefe", "what do ya want for nothing?").hex(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hmac_sha256(std::string(20, '\xaa'), std::string(50, '\xdd')).hex(),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  EXPECT_EQ(hmac_sha256(sequence(1, 25), std::string(50, '\xcd')).hex(),
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
  EXPECT_EQ(hmac_sha256(std::string(131, '\xaa'),
                        "Test Using Larger Than Block-Size Key - Hash Key First")
                .hex(),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(
      hmac_sha256(std::string(131, '\xaa'), {"This is a test using a larger than block-size key "
                                             "and a larger than ",
                                             "block-size data. The key needs to be hashed before "
                                             "being used by the ",
                                             "HMAC algorithm."})
          .hex(),
      "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

TEST(HmacSha256, WithAnEmptyKeyDoesNotReuseTheLastOne) {
  const std::string_view empty_key;
  const std::string expected = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
  EXPECT_EQ(hmac_sha256(empty_key, "").hex(), expected);
  static_cast<void>(hmac_sha256("another key", "message"));
  EXPECT_EQ(hmac_sha256(empty_key, "").hex(), expected);
  EXPECT_EQ(hmac_sha256(std::string(64, '\0'), "").hex(), expected);
}

TEST(HkdfSha256, GivesTheVectorsOfRfc5869) {
  EXPECT_EQ(hex(hkdf_sha256(std::string(22, '\x0b'), sequence(0, 13), sequence(0xf0, 10), 42)),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34"
            "007208d5b887185865");
  EXPECT_EQ(hex(hkdf_sha256(sequence(0, 80), sequence(0x60, 80), sequence(0xb0, 80), 82)),
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59"
            "045a99cac7827271cb41"
            "c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5"
            "c1f3434f1d87");
  EXPECT_EQ(hex(hkdf_sha256(std::string(22, '\x0b'), "", "", 42)),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d"
            "201395faa4b61a96c8");
}

TEST(HkdfSha256, TakesAContextOfAnyLength) {
  EXPECT_EQ(hex(hkdf_sha256("key", "salt", std::string(5'000, 'i'), 42)),
            "5f3920c30bf516d086d087cc2b81b37de326ea1b66c7f1647d8b9490cba00e00d1"
            "78ef5cb415e89036da");
}

TEST(HkdfSha256, GivesAsManyBytesAsAskedUpToItsBound) {
  EXPECT_EQ(hkdf_sha256("k", "s", "i").size(), 32u);
  EXPECT_EQ(hkdf_sha256("k", "s", "i", 0), "");
  const std::string longest = hkdf_sha256("k", "s", "i", 255 * 32);
  EXPECT_EQ(longest.size(), 255u * 32u);
  EXPECT_EQ(longest.substr(0, 33), hkdf_sha256("k", "s", "i", 33));
  EXPECT_DEATH(hkdf_sha256("k", "s", "i", 255 * 32 + 1), "assertion failed");
}

TEST(Sha256, OfPiecesIsThatOfTheWhole) {
  Sha256 pieces;
  for (int round = 0; round < 2; ++round) {
    pieces.add("ab");
    pieces.add("");
    pieces.add("c");
    EXPECT_EQ(pieces.take(), sha256("abc"));
  }
  EXPECT_EQ(pieces.take(), sha256(""));
}

TEST(EqualConstantTime, IsEquality) {
  EXPECT_TRUE(equal_constant_time("", ""));
  EXPECT_TRUE(equal_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_constant_time("abc", "bbc"));
  EXPECT_FALSE(equal_constant_time("abc", "abcd"));
}

TEST(SystemEntropy, GivesTheCountAskedAndNeverTheSameTwice) {
  SystemEntropy entropy;
  EXPECT_EQ(entropy.bytes(0), "");
  EXPECT_EQ(entropy.bytes(7).size(), 7u);
  EXPECT_NE(entropy.bytes(32), entropy.bytes(32));
}

// The expected value is of the wire contract: what a stock client's key is looked up by.
TEST(Sha256, GivesTheApiKeyHashOfTheWireContract) {
  EXPECT_EQ(sha256("lp_live_test").hex(),
            "3ae196dfc62045dcc2245bbcce6fc28a004d7c5d7ab00c5df1c8931e5983c6d9");
  EXPECT_EQ(sha256(bytes_of("7b22616d6f756e74223a3130307d")).hex(),
            "4d4bbe59c6aad22442cde199a6a8a5f034405fcd78fb5a81c24ef249de1c45f1");
}

}  // namespace
}  // namespace lp::crypto
