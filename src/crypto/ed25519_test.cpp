#include "crypto/ed25519.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "base/c_handle.h"
#include "base/text.h"

namespace lp::crypto {
namespace {

std::string bytes_of(std::string_view text) {
  return from_hex(text).value();
}

struct Vector {
  std::string_view seed, public_key, message, signature;
};

// RFC 8032 §7.1, tests 1 to 3.
constexpr Vector vectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb882159"
     "0a33bacc61e39701cf9b"
     "46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43"
     "e15996e458f3613d0f11"
     "d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538"
     "d16f290ae67f760984dc"
     "6594a7c15e9716ed28dc027beceea1ec40a"}};

// What OpenSSL alone says, to show what our refusals add.
bool openssl_verifies(std::string_view key, std::string_view message, std::string_view signature) {
  const auto* raw = reinterpret_cast<const unsigned char*>(key.data());
  const CHandle<EVP_PKEY, EVP_PKEY_free> parsed(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw, key.size()));
  const CHandle<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  EXPECT_EQ(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, parsed.get()), 1);
  return EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                          signature.size(), reinterpret_cast<const unsigned char*>(message.data()),
                          message.size()) == 1;
}

TEST(Ed25519, GivesTheVectorsOfRfc8032) {
  for (const Vector& vector : vectors) {
    const auto key = Ed25519Key::from_seed(bytes_of(vector.seed));
    const std::string message = bytes_of(vector.message);
    EXPECT_EQ(hex(key.public_key()), vector.public_key);
    EXPECT_EQ(hex(key.sign(message)), vector.signature);
    EXPECT_TRUE(ed25519_verify(key.public_key(), message, bytes_of(vector.signature)));
  }
}

TEST(Ed25519, RefusesEveryFlippedBit) {
  std::string key = bytes_of(vectors[2].public_key);
  std::string message = bytes_of(vectors[2].message);
  std::string signature = bytes_of(vectors[2].signature);
  for (std::string* part : {&key, &message, &signature}) {
    for (char& c : *part) {
      for (int bit = 0; bit < 8; ++bit) {
        c = static_cast<char>(c ^ (1 << bit));
        EXPECT_FALSE(ed25519_verify(key, message, signature));
        c = static_cast<char>(c ^ (1 << bit));
      }
    }
  }
}

TEST(Ed25519, RefusesKeysAndSignaturesOfOtherLengths) {
  const std::string key = bytes_of(vectors[0].public_key);
  const std::string signature = bytes_of(vectors[0].signature);
  EXPECT_FALSE(ed25519_verify(key.substr(1), "", signature));
  EXPECT_FALSE(ed25519_verify(key + "0", "", signature));
  EXPECT_FALSE(ed25519_verify("", "", signature));
  EXPECT_FALSE(ed25519_verify(key, "", signature.substr(1)));
  EXPECT_FALSE(ed25519_verify(key, "", signature + "0"));
  EXPECT_FALSE(ed25519_verify(key, "", ""));
}

TEST(Ed25519, RefusesTheTwinWithTheGroupOrderAddedToS) {
  const std::string order =
      bytes_of("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  std::string twin = bytes_of(vectors[0].signature);
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += static_cast<unsigned char>(twin[32 + i]) + static_cast<unsigned char>(order[i]);
    twin[32 + i] = static_cast<char>(carry & 0xff);
    carry >>= 8;
  }
  EXPECT_FALSE(ed25519_verify(bytes_of(vectors[0].public_key), "", twin));
}

TEST(Ed25519, RefusesSmallOrderKeysUnderWhichOneSignatureFitsEveryMessage) {
  const std::string neutral = "\x01" + std::string(31, '\0');
  const std::string forgery = neutral + std::string(32, '\0');  // R neutral, S = 0
  ASSERT_TRUE(openssl_verifies(neutral, "pay 1", forgery));
  ASSERT_TRUE(openssl_verifies(neutral, "pay 1000000", forgery));
  EXPECT_FALSE(ed25519_verify(neutral, "pay 1", forgery));
}

TEST(Ed25519, AcceptsNoEncodingOfASmallOrderPoint) {
  for (const auto text : {"0000000000000000000000000000000000000000000000000000000000000000",
                          "0000000000000000000000000000000000000000000000000000000000000080",
                          "0100000000000000000000000000000000000000000000000000000000000000",
                          "0100000000000000000000000000000000000000000000000000000000000080",
                          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
                          "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                          "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"}) {
    EXPECT_FALSE(ed25519_acceptable(bytes_of(text))) << text;
  }
}

TEST(Ed25519, AcceptsNoCoordinateAtOrAboveTheFieldPrime) {
  // p + 0 … p + 18 are all the non-canonical encodings there are, each with both signs.
  for (unsigned low = 0xed; low <= 0xff; ++low) {
    for (const char* high : {"7f", "ff"}) {
      std::string key(1, static_cast<char>(low));
      key += std::string(30, '\xff') + bytes_of(high);
      EXPECT_FALSE(ed25519_acceptable(key)) << hex(key);
    }
  }
}

TEST(Ed25519, AcceptsOrdinaryKeysWithBothSigns) {
  for (const Vector& vector : vectors) EXPECT_TRUE(ed25519_acceptable(bytes_of(vector.public_key)));
  EXPECT_TRUE(ed25519_acceptable(
      bytes_of("5866666666666666666666666666666666666666666666666666666666666666")));
  EXPECT_TRUE(ed25519_acceptable(
      bytes_of("58666666666666666666666666666666666666666666666666666666666666e6")));
  EXPECT_FALSE(ed25519_acceptable(""));
}

TEST(Ed25519, KeyMovesWithItsHandle) {
  auto first = Ed25519Key::from_seed(bytes_of(vectors[0].seed));
  auto second = Ed25519Key::from_seed(bytes_of(vectors[1].seed));
  second = std::move(first);
  EXPECT_EQ(hex(second.sign("")), vectors[0].signature);
  EXPECT_DEATH(Ed25519Key::from_seed("short"), "assertion failed");
}

}  // namespace
}  // namespace lp::crypto
