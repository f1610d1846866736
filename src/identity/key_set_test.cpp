#include "identity/key_set.h"

#include <gtest/gtest.h>

#include "base/time.h"
#include "crypto/ed25519.h"
#include "identity/token_testing.h"

namespace lp::identity {
namespace {

KeySet set_of(json::Array keys) {
  auto text = json::compact(json::Value::object().add("keys", json::Value::array(std::move(keys))));
  return *KeySet::parse(std::move(text));
}

json::Value with(json::Value jwk, std::string_view name, json::Value value) {
  std::erase_if(jwk.members(), [name](const auto& member) { return member.first == name; });
  return jwk.add(name, std::move(value));
}

std::optional<TokenFault> fault_of(const KeySet& keys, const JsonWebToken& token) {
  const auto verdict = keys.verify(token);
  return verdict ? std::nullopt : std::optional(verdict.error());
}

TEST(KeySet, TakesWhatOneOfItsKeysHasSigned) {
  const SoftProvider provider, other;
  const KeySet keys = set_of({with(other.jwk(), "kid", "k0"), provider.jwk()});
  EXPECT_EQ(keys.size(), 2U);
  EXPECT_EQ(fault_of(keys, provider.token(provider.claims())), std::nullopt);
  EXPECT_EQ(fault_of(keys, other.token(provider.claims())), TokenFault::signature);
  EXPECT_EQ(fault_of(keys, provider.token(provider.claims(), {{"kid", "k9"}})),
            TokenFault::unknown_key);
}

TEST(KeySet, TakesATokenWithoutAKeysNameOnlyWhereThereIsOneKey) {
  const SoftProvider provider, other;
  const auto unnamed = provider.token(provider.claims(), {{"kid", json::Value()}});
  EXPECT_EQ(fault_of(set_of({provider.jwk()}), unnamed), std::nullopt);
  EXPECT_EQ(fault_of(set_of({provider.jwk(), with(other.jwk(), "kid", "k2")}), unnamed),
            TokenFault::unknown_key);
}

TEST(KeySet, LeavesOutKeysThatAreForSomethingElse) {
  const SoftProvider provider;
  const json::Value jwk = provider.jwk();
  const auto token = provider.token(provider.claims());
  for (const json::Value& bad :
       {with(jwk, "use", "enc"), with(jwk, "use", 7), with(jwk, "key_ops", "verify"),
        with(jwk, "key_ops", json::Value::array({"encrypt"})), with(jwk, "alg", "RS256"),
        with(jwk, "alg", "HS256"), with(jwk, "d", "AAAA"), with(jwk, "crv", "P-384"),
        with(jwk, "x", base64url(std::string(32, 'x'))), with(jwk, "x", "AAAA"),
        with(jwk, "kty", "oct"), with(jwk, "kty", "RSA"), with(jwk, "kty", "OKP")}) {
    EXPECT_EQ(fault_of(set_of({bad}), token), TokenFault::unknown_key) << json::compact(bad);
  }
  EXPECT_EQ(fault_of(set_of({with(jwk, "use", "sig")}), token), std::nullopt);
  EXPECT_EQ(fault_of(set_of({with(jwk, "alg", "ES256")}), token), std::nullopt);
  EXPECT_EQ(fault_of(set_of({with(jwk, "key_ops", json::Value::array({"verify"}))}), token),
            std::nullopt);
}

TEST(KeySet, TakesEd25519) {
  const auto key = crypto::Ed25519Key::from_seed(std::string(32, 's'));
  const SoftProvider provider;
  const auto jwk = json::Value::object()
                       .add("kty", "OKP")
                       .add("crv", "Ed25519")
                       .add("kid", "e1")
                       .add("x", base64url(key.public_key()));
  auto token = provider.token(provider.claims(), {{"alg", "EdDSA"}, {"kid", "e1"}});
  token.signature = key.sign(token.signed_text);
  EXPECT_EQ(fault_of(set_of({jwk}), token), std::nullopt);
  token.signed_text += "x";
  EXPECT_EQ(fault_of(set_of({jwk}), token), TokenFault::signature);
}

TEST(KeySet, IsAnObjectWithAListOfKeysOrNothing) {
  for (const char* text : {"", "[]", "{}", "{\"keys\":{}}", "{\"keys\":[],\"keys\":[]}", "null"}) {
    EXPECT_FALSE(KeySet::parse(text)) << text;
  }
  EXPECT_EQ(KeySet::parse("{\"keys\":[{},7,null,{\"kty\":\"RSA\",\"n\":\"AQAB\"}]}")->size(), 0U);
}

}  // namespace
}  // namespace lp::identity
