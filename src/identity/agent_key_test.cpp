#include "identity/agent_key.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "crypto/ed25519.h"
#include "crypto/p256.h"

namespace lp::identity {
namespace {

const std::string ed25519_head = *from_hex("302a300506032b6570032100");

std::string ed25519_spki(std::string_view point_hex) {
  return ed25519_head + *from_hex(point_hex);
}

TEST(AgentKey, KnowsEd25519AndP256) {
  const auto ed25519 = crypto::Ed25519Key::from_seed(std::string(32, 's'));
  EXPECT_EQ(agent_key_kind(ed25519_head + ed25519.public_key()), AgentKeyKind::ed25519);
  EXPECT_EQ(agent_key_kind(crypto::P256Key::generate().spki()), AgentKeyKind::p256);
  EXPECT_EQ(algorithm_of(AgentKeyKind::ed25519), "ed25519");
  EXPECT_EQ(algorithm_of(AgentKeyKind::p256), "ecdsa-p256-sha256");
}

// Anybody can sign for such a key: RFC 8032 verification holds for crafted signatures over every
// message.
TEST(AgentKey, RefusesEd25519PointsOfSmallOrder) {
  for (const char* point : {
           "0000000000000000000000000000000000000000000000000000000000000000",
           "0100000000000000000000000000000000000000000000000000000000000000",
           "0100000000000000000000000000000000000000000000000000000000000080",
           "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
           "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
       }) {
    EXPECT_FALSE(agent_key_kind(ed25519_spki(point))) << point;
  }
}

TEST(AgentKey, RefusesEd25519PointsThatAreNotCanonical) {
  // y = p, p + 1 and p + 3: further spellings of 0, 1 and 3.
  for (const char* point : {
           "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
       }) {
    EXPECT_FALSE(agent_key_kind(ed25519_spki(point))) << point;
  }
}

TEST(AgentKey, RefusesP256KeysInOtherFormsAndOffTheCurve) {
  std::string spki = crypto::P256Key::generate().spki();
  EXPECT_FALSE(agent_key_kind(spki + "x"));
  EXPECT_FALSE(agent_key_kind(spki.substr(0, 90)));
  spki.back() = static_cast<char>(spki.back() ^ 1);
  EXPECT_FALSE(agent_key_kind(spki));
  EXPECT_FALSE(agent_key_kind(""));
  EXPECT_FALSE(agent_key_kind(ed25519_head));
  EXPECT_FALSE(agent_key_kind(ed25519_spki(std::string(64, 'f')) + "x"));
}

TEST(AgentKey, VerifiesItsOwnSignaturesOnly) {
  const auto ed25519 = crypto::Ed25519Key::from_seed(std::string(32, 's'));
  const std::string ed25519_key = ed25519_head + ed25519.public_key();
  const auto p256 = crypto::P256Key::generate();
  const std::string raw = *crypto::p256_raw_signature(p256.sign("m"));
  EXPECT_TRUE(verify_with_agent_key(ed25519_key, "m", ed25519.sign("m")));
  EXPECT_TRUE(verify_with_agent_key(p256.spki(), "m", raw));
  EXPECT_FALSE(verify_with_agent_key(ed25519_key, "n", ed25519.sign("m")));
  EXPECT_FALSE(verify_with_agent_key(p256.spki(), "n", raw));
  EXPECT_FALSE(verify_with_agent_key(p256.spki(), "m", p256.sign("m"))) << "DER";
  EXPECT_FALSE(verify_with_agent_key(ed25519_key, "m", raw));
  EXPECT_FALSE(verify_with_agent_key(p256.spki(), "m", ed25519.sign("m")));
  EXPECT_FALSE(verify_with_agent_key("no key", "m", raw));
}

}  // namespace
}  // namespace lp::identity
