#include "identity/id_token.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "identity/logout_token.h"
#include "identity/token_testing.h"

namespace lp::identity {
namespace {

const SoftProvider& provider() {
  static const SoftProvider made;
  return made;
}

TokenTerms terms() {
  return {.issuer = provider().issuer, .client_id = provider().client, .now = provider().now};
}

IdTokenTerms id_terms() {
  return {.terms = terms(),
          .nonce = "n1",
          .access_token = "access",
          .code = "code",
          .max_age_ms = {},
          .groups_claim = "groups",
          .member_claim = "member"};
}

std::optional<TokenFault> id_fault(json::Object changes, json::Object header = {},
                                   const IdTokenTerms& terms = id_terms()) {
  const auto token = provider().token(provider().claims(std::move(changes)), std::move(header));
  const auto account = check_id_token(token, terms);
  return account ? std::nullopt : std::optional(account.error());
}

std::optional<TokenFault> logout_fault(json::Object changes, json::Object header = {}) {
  const auto token =
      provider().token(provider().logout_claims(std::move(changes)), std::move(header));
  const auto logout = check_logout_token(token, terms());
  return logout ? std::nullopt : std::optional(logout.error());
}

json::Value at(std::int64_t seconds) {
  return provider().now.ms / 1'000 + seconds;
}

TEST(IdToken, TellsWhoSignedInAndNothingElse) {
  const auto token = provider().token(provider().claims(
      {{"sid", "s1"},
       {"auth_time", at(-5)},
       {"email", "alice@example.com"},
       {"member", "mem_1"},
       {"azp", provider().client},
       {"aud", json::Value::array({provider().client})},
       {"groups", json::Value::array({"ops", "finance", "ops", std::string(256, 'x'), ""})}}));
  const auto account = check_id_token(token, id_terms());
  ASSERT_TRUE(account);
  EXPECT_EQ(*account, (ProvenAccount{.issuer = provider().issuer,
                                     .subject = "alice",
                                     .session = "s1",
                                     .authenticated = provider().now + -5'000,
                                     .groups = {"finance", "ops"},
                                     .member = "mem_1"}));
}

TEST(IdToken, IsRefusedForEachThingThatIsWrongWithIt) {
  const std::pair<json::Object, TokenFault> rows[] = {
      {{{"iss", "https://login.example/"}}, TokenFault::issuer},
      {{{"iss", json::Value()}}, TokenFault::issuer},
      {{{"aud", "other"}}, TokenFault::audience},
      {{{"aud", json::Value::array({"letsping", "other"})}}, TokenFault::audience},
      {{{"aud", json::Value::array()}}, TokenFault::audience},
      {{{"aud", json::Value()}}, TokenFault::audience},
      {{{"azp", "other"}}, TokenFault::authorized_party},
      {{{"azp", 7}}, TokenFault::authorized_party},
      {{{"exp", at(-60)}}, TokenFault::expired},
      {{{"exp", json::Value()}}, TokenFault::expired},
      {{{"exp", "1"}}, TokenFault::claim},
      {{{"exp", json::Value::number_literal("1e12")}}, TokenFault::claim},
      {{{"exp", json::Value::number_literal("1.5")}}, TokenFault::claim},
      {{{"exp", -1}}, TokenFault::claim},
      {{{"nbf", at(61)}}, TokenFault::not_yet_valid},
      {{{"iat", at(61)}}, TokenFault::issued_at},
      {{{"iat", at(-361)}}, TokenFault::issued_at},
      {{{"iat", json::Value()}}, TokenFault::issued_at},
      {{{"nonce", "n2"}}, TokenFault::nonce},
      {{{"nonce", json::Value()}}, TokenFault::nonce},
      {{{"sub", json::Value()}}, TokenFault::subject},
      {{{"sub", ""}}, TokenFault::subject},
      {{{"sub", std::string(256, 's')}}, TokenFault::subject},
      {{{"sub", "älice"}}, TokenFault::subject},
      {{{"at_hash", "AAAA"}}, TokenFault::access_token_hash},
      {{{"c_hash", "AAAA"}}, TokenFault::code_hash},
      {{{"sid", 7}}, TokenFault::claim},
      {{{"auth_time", "now"}}, TokenFault::claim},
      {{{"auth_time", at(61)}}, TokenFault::issued_at},
      {{{"groups", 7}}, TokenFault::claim},
      {{{"groups", json::Value::array({7})}}, TokenFault::claim},
      {{{"member", 7}}, TokenFault::claim},
      {{{"events", json::Value::object()}}, TokenFault::type},
  };
  for (const auto& [changes, fault] : rows) {
    EXPECT_EQ(id_fault(changes), fault) << json::compact(json::Value::object(changes));
  }
  EXPECT_EQ(id_fault({}, {{"typ", "logout+jwt"}}), TokenFault::type);
  EXPECT_EQ(id_fault({}, {{"typ", "JWT"}}), std::nullopt);
}

TEST(IdToken, AllowsClocksToDifferByAMinute) {
  EXPECT_EQ(id_fault({{"exp", at(-59)}}), std::nullopt);
  EXPECT_EQ(id_fault({{"iat", at(60)}, {"nbf", at(60)}}), std::nullopt);
  EXPECT_EQ(id_fault({{"iat", at(-360)}}), std::nullopt);
}

TEST(IdToken, BelongsToTheCodeAndTheAccessTokenThatItNames) {
  const auto half = [](std::string_view text) {
    return base64url(crypto::sha256(text).view().substr(0, 16));
  };
  EXPECT_EQ(id_fault({{"at_hash", half("access")}, {"c_hash", half("code")}}), std::nullopt);
  EXPECT_EQ(id_fault({{"at_hash", half("code")}}), TokenFault::access_token_hash);
}

TEST(IdToken, SaysWhenThePersonSignedInWhereThatIsAsked) {
  IdTokenTerms fresh = id_terms();
  fresh.max_age_ms = 300'000;
  EXPECT_EQ(id_fault({}, {}, fresh), TokenFault::sign_in_too_old);
  EXPECT_EQ(id_fault({{"auth_time", at(-361)}}, {}, fresh), TokenFault::sign_in_too_old);
  EXPECT_EQ(id_fault({{"auth_time", at(-360)}}, {}, fresh), std::nullopt);
}

TEST(IdToken, OfNoNonceIsNoAnswerToASignInWithoutOne) {
  IdTokenTerms empty = id_terms();
  empty.nonce = "";
  EXPECT_EQ(id_fault({{"nonce", ""}}, {}, empty), TokenFault::nonce);
}

TEST(LogoutToken, TellsWhoseSessionEnded) {
  const auto logout = check_logout_token(
      provider().token(provider().logout_claims({{"sid", "s1"}}), {{"typ", "logout+jwt"}}),
      terms());
  ASSERT_TRUE(logout);
  EXPECT_EQ(*logout, (ProvenLogout{.issuer = provider().issuer,
                                   .subject = "alice",
                                   .session = "s1",
                                   .token_id = "j1",
                                   .expires = provider().now + 420'000}));
  EXPECT_EQ(logout_fault({{"sub", json::Value()}, {"sid", "s1"}}), std::nullopt);
}

TEST(LogoutToken, IsRefusedForEachThingThatIsWrongWithIt) {
  const auto event = json::Value::object();
  const std::pair<json::Object, TokenFault> rows[] = {
      {{{"iss", "https://evil.example"}}, TokenFault::issuer},
      {{{"aud", "other"}}, TokenFault::audience},
      {{{"exp", at(-60)}}, TokenFault::expired},
      {{{"iat", at(-361)}}, TokenFault::issued_at},
      {{{"events", json::Value()}}, TokenFault::events},
      {{{"events", json::Value::object().add("http://x", event)}}, TokenFault::events},
      {{{"events", "http://schemas.openid.net/event/backchannel-logout"}}, TokenFault::events},
      {{{"nonce", "n1"}}, TokenFault::nonce},
      {{{"jti", json::Value()}}, TokenFault::token_id},
      {{{"jti", ""}}, TokenFault::token_id},
      {{{"sub", json::Value()}}, TokenFault::nobody},
      {{{"sid", 7}}, TokenFault::claim},
  };
  for (const auto& [changes, fault] : rows) {
    EXPECT_EQ(logout_fault(changes), fault) << json::compact(json::Value::object(changes));
  }
  EXPECT_EQ(logout_fault({}, {{"typ", "at+jwt"}}), TokenFault::type);
  EXPECT_EQ(logout_fault({}, {{"typ", "JWT"}}), std::nullopt);
}

}  // namespace
}  // namespace lp::identity
