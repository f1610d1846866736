#include "evidence/remembered.h"

#include <gtest/gtest.h>

#include <string>

#include "crypto/ed25519.h"
#include "crypto/p256.h"

namespace lp::evidence {
namespace {

TEST(RememberedEd25519, HoldsAgainAndAgainForTheSameBytesOnly) {
  const auto key = crypto::Ed25519Key::from_seed(std::string(32, 'k'));
  const auto other = crypto::Ed25519Key::from_seed(std::string(32, 'o'));
  const std::string signature = key.sign("a checkpoint");
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(remembered_ed25519(key.public_key(), "a checkpoint", signature));
    EXPECT_FALSE(remembered_ed25519(key.public_key(), "a checkpoinT", signature));
    EXPECT_FALSE(remembered_ed25519(other.public_key(), "a checkpoint", signature));
    std::string altered = signature;
    altered.front() = static_cast<char>(altered.front() ^ 1);
    EXPECT_FALSE(remembered_ed25519(key.public_key(), "a checkpoint", altered));
  }
  EXPECT_FALSE(remembered_ed25519("", "", ""));
}

TEST(RememberedEd25519, HoldsWhenManyCameBetween) {
  const auto key = crypto::Ed25519Key::from_seed(std::string(32, 'k'));
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 20; ++i) {
      const std::string message = "checkpoint " + std::to_string(i);
      EXPECT_TRUE(remembered_ed25519(key.public_key(), message, key.sign(message)));
    }
  }
}

TEST(RememberedP256, HoldsAgainAndAgainForTheSameBytesOnly) {
  const auto key = crypto::P256Key::generate(), other = crypto::P256Key::generate();
  const std::string signature = key.sign("a roster");
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(remembered_p256(key.spki(), "a roster", signature));
    EXPECT_FALSE(remembered_p256(key.spki(), "a rosteR", signature));
    EXPECT_FALSE(remembered_p256(other.spki(), "a roster", signature));
    EXPECT_FALSE(remembered_p256(key.spki(), "a roster", signature + '\0'));
  }
  EXPECT_FALSE(remembered_p256("", "", ""));
}

}  // namespace
}  // namespace lp::evidence
