#include "identity/json_web_token.h"

#include <gtest/gtest.h>

#include <set>

#include "base/time.h"
#include "identity/token_testing.h"

namespace lp::identity {
namespace {

TEST(JsonWebToken, IsTakenApartAsItStands) {
  const SoftProvider provider;
  const std::string text = provider.sign(provider.claims(), {{"typ", "application/JWT"}});
  const auto token = JsonWebToken::parse(text);
  ASSERT_TRUE(token);
  EXPECT_EQ(token->algorithm, TokenAlgorithm::es256);
  EXPECT_EQ(token->key_id, "k1");
  EXPECT_EQ(token->type, "jwt");
  EXPECT_EQ(token->claims.find_string("sub"), "alice");
  EXPECT_EQ(token->signed_text + "." + base64url(token->signature), text);
}

TEST(JsonWebToken, IsThreeStrictPartsOrNothing) {
  const SoftProvider provider;
  const std::string good = provider.sign(provider.claims());
  const std::string head = good.substr(0, good.find('.'));
  for (const std::string& text :
       {std::string(), std::string("."), std::string(".."), head, head + ".e30", good + ".e30",
        good + "=", " " + good, good + "\n", head + ".e30 .x", head + "." + base64url("[]") + ".AA",
        head + "." + base64url("{\"a\":1,\"a\":1}") + ".AA", base64url("7") + ".e30.AA",
        std::string(token_bytes_max + 1, 'A')}) {
    const auto token = JsonWebToken::parse(text);
    ASSERT_FALSE(token) << text.substr(0, 80);
    EXPECT_EQ(token.error(), TokenFault::not_a_token) << text.substr(0, 80);
  }
}

TEST(JsonWebToken, IsSignedWithOneOfFourAlgorithms) {
  const SoftProvider provider;
  for (const char* name : {"RS256", "PS256", "ES256", "EdDSA"}) {
    EXPECT_TRUE(JsonWebToken::parse(provider.sign(provider.claims(), {{"alg", name}}))) << name;
  }
  for (const char* name :
       {"none", "None", "NONE", "", "HS256", "HS512", "RS384", "ES256K", "es256", "RS1", "dir"}) {
    const auto token = JsonWebToken::parse(provider.sign(provider.claims(), {{"alg", name}}));
    ASSERT_FALSE(token) << name;
    EXPECT_EQ(token.error(), TokenFault::algorithm) << name;
  }
}

TEST(JsonWebToken, BringsNoKeyAndAsksForNothing) {
  const SoftProvider provider;
  const json::Object headers{{"jwk", provider.jwk()},
                             {"jku", "https://x"},
                             {"x5u", "https://x"},
                             {"x5c", json::Value::array({"MII"})},
                             {"zip", "DEF"},
                             {"enc", "A"},
                             {"crit", json::Value::array({"exp"})},
                             {"b64", false},
                             {"kid", 7},
                             {"typ", 7},
                             {"kid", ""},
                             {"alg", 7}};
  for (const auto& [name, value] : headers) {
    const auto token = JsonWebToken::parse(provider.sign(provider.claims(), {{name, value}}));
    ASSERT_FALSE(token) << name;
    EXPECT_EQ(token.error(), TokenFault::header) << name;
  }
}

TEST(JsonWebToken, HasASentenceForEachFault) {
  std::set<std::string_view> sentences;
  for (int i = 0; i <= static_cast<int>(token_fault_last); ++i) {
    sentences.insert(to_string(static_cast<TokenFault>(i)));
  }
  EXPECT_EQ(sentences.size(), static_cast<std::size_t>(token_fault_last) + 1);
}

}  // namespace
}  // namespace lp::identity
