#include "crypto/aead.h"

#include <gtest/gtest.h>

#include "base/testing.h"
#include "base/text.h"

namespace lp::crypto {
namespace {

std::string bytes_of(std::string_view text) {
  return from_hex(text).value();
}

// Test cases 13, 14 and 16 of the GCM submission to NIST (McGrew and Viega, appendix B).
TEST(Aes256Gcm, GivesTheVectorsOfItsSpecification) {
  const std::string zero_key(32, '\0');
  const std::string zero_iv(12, '\0');
  EXPECT_EQ(hex(aes_256_gcm_seal(zero_key, zero_iv, "")), "530f8afbc74536b9a963b4f1c4cb738b");
  EXPECT_EQ(hex(aes_256_gcm_seal(zero_key, zero_iv, std::string(16, '\0'))),
            "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");

  const std::string key =
      bytes_of("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  const std::string iv = bytes_of("cafebabefacedbaddecaf888");
  const std::string plaintext = bytes_of(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a7"
      "21c3c0c95956809532fcf0e2449a6"
      "b525b16aedf5aa0de657ba637b39");
  const std::string additional = bytes_of("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  const std::string sealed = aes_256_gcm_seal(key, iv, plaintext, additional);
  EXPECT_EQ(hex(sealed),
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48"
            "590dbb3da7b08b"
            "1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b");
  EXPECT_EQ(aes_256_gcm_open(key, iv, sealed, additional), plaintext);
}

TEST(Aes256Gcm, RefusesEveryFlippedBit) {
  SeededEntropy entropy;
  std::string key = entropy.bytes(32);
  std::string iv = entropy.bytes(12);
  std::string additional = "context";
  std::string sealed = aes_256_gcm_seal(key, iv, "attack at dawn", additional);
  ASSERT_EQ(aes_256_gcm_open(key, iv, sealed, additional), "attack at dawn");
  for (std::string* part : {&key, &iv, &additional, &sealed}) {
    for (char& c : *part) {
      for (int bit = 0; bit < 8; ++bit) {
        c = static_cast<char>(c ^ (1 << bit));
        EXPECT_FALSE(aes_256_gcm_open(key, iv, sealed, additional));
        c = static_cast<char>(c ^ (1 << bit));
      }
    }
  }
}

TEST(Aes256Gcm, OpensNothingOfTheWrongLength) {
  const std::string key(32, 'k');
  const std::string iv(12, 'i');
  const std::string sealed = aes_256_gcm_seal(key, iv, "text");
  EXPECT_FALSE(aes_256_gcm_open(std::string(16, 'k'), iv, sealed));
  EXPECT_FALSE(aes_256_gcm_open(std::string(33, 'k'), iv, sealed));
  EXPECT_FALSE(aes_256_gcm_open(key, std::string(16, 'i'), sealed));
  EXPECT_FALSE(aes_256_gcm_open(key, "", sealed));
  EXPECT_FALSE(aes_256_gcm_open(key, iv, sealed.substr(0, 15)));
  EXPECT_FALSE(aes_256_gcm_open(key, iv, sealed.substr(1)));
  EXPECT_FALSE(aes_256_gcm_open(key, iv, ""));
}

TEST(Aes256Gcm, SealingWithAWrongLengthIsABug) {
  EXPECT_DEATH(aes_256_gcm_seal(std::string(16, 'k'), std::string(12, 'i'), "x"),
               "assertion failed");
  EXPECT_DEATH(aes_256_gcm_seal(std::string(32, 'k'), std::string(11, 'i'), "x"),
               "assertion failed");
}

TEST(Aes256Gcm, RoundTripsEveryLengthAroundABlock) {
  SeededEntropy entropy(9);
  const std::string key = entropy.bytes(32);
  for (std::size_t length = 0; length < 70; ++length) {
    const std::string plaintext = entropy.bytes(length);
    const std::string iv = entropy.bytes(12);
    const std::string sealed = aes_256_gcm_seal(key, iv, plaintext);
    EXPECT_EQ(sealed.size(), length + aead_tag_bytes);
    EXPECT_EQ(aes_256_gcm_open(key, iv, sealed), plaintext);
  }
}

}  // namespace
}  // namespace lp::crypto
