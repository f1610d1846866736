#include <gtest/gtest.h>

#include "base/testing.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "identity/session_token.h"
#include "identity/setup_token.h"

namespace lp::identity {
namespace {

TEST(SessionToken, Is256BitsOfText) {
  SeededEntropy entropy;
  const std::string token = new_session_token(entropy);
  EXPECT_EQ(token.size(), 43u);
  EXPECT_TRUE(is_session_token(token));
  EXPECT_NE(new_session_token(entropy), token);
  EXPECT_EQ(session_token_digest(token), crypto::sha256(token));
}

TEST(SetupToken, Is256BitsOfTextForHalfAnHour) {
  SeededEntropy entropy;
  const std::string token = new_setup_token(entropy);
  EXPECT_EQ(token.size(), 43u);
  EXPECT_TRUE(is_setup_token(token));
  EXPECT_NE(new_setup_token(entropy), token);
  EXPECT_EQ(setup_token_digest(token), crypto::sha256(token));
  EXPECT_EQ(setup_token_ms, 1'800'000);
}

TEST(Token, RefusesOtherForms) {
  SeededEntropy entropy;
  const std::string bytes = entropy.bytes(32);
  for (const std::string& bad :
       {std::string(), base64(bytes), base64url(bytes.substr(1)), base64url(bytes + "x"),
        base64url(bytes) + "=", " " + base64url(bytes)}) {
    EXPECT_FALSE(is_session_token(bad)) << bad;
    EXPECT_FALSE(is_setup_token(bad)) << bad;
  }
}

}  // namespace
}  // namespace lp::identity
