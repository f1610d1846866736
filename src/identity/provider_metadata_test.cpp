#include "identity/provider_metadata.h"

#include <gtest/gtest.h>

#include "json/write.h"

namespace lp::identity {
namespace {

constexpr std::string_view issuer = "https://login.example";

std::expected<ProviderMetadata, std::string> read(json::Object changes = {}) {
  json::Object said{{"issuer", issuer},
                    {"authorization_endpoint", "https://login.example/authorize?tenant=1"},
                    {"token_endpoint", "https://login.example/token"},
                    {"jwks_uri", "https://keys.example/jwks"},
                    {"response_types_supported", json::Value::array({"code"})},
                    {"id_token_signing_alg_values_supported", json::Value::array({"RS256"})}};
  for (auto& [name, value] : changes) {
    std::erase_if(said, [&name](const auto& member) { return member.first == name; });
    if (!value.is_null()) said.emplace_back(name, std::move(value));
  }
  return ProviderMetadata::parse(json::compact(json::Value::object(std::move(said))), issuer);
}

TEST(ProviderMetadata, NamesWhereToSignIn) {
  const auto metadata = read();
  ASSERT_TRUE(metadata) << metadata.error();
  EXPECT_EQ(metadata->token_endpoint, "https://login.example/token");
  EXPECT_EQ(metadata->jwks_uri, "https://keys.example/jwks");
  EXPECT_FALSE(metadata->names_itself);
  EXPECT_FALSE(metadata->secret_in_body);
  EXPECT_TRUE(read({{"authorization_response_iss_parameter_supported", true}})->names_itself);
  EXPECT_TRUE(
      read({{"token_endpoint_auth_methods_supported", json::Value::array({"client_secret_post"})}})
          ->secret_in_body);
}

TEST(ProviderMetadata, OfAnotherIssuerOrWithUnsafeAddressesIsRefused) {
  const json::Object rows{
      {"issuer", "https://login.example/"},
      {"issuer", json::Value()},
      {"authorization_endpoint", "http://login.example/authorize"},
      {"authorization_endpoint", "javascript:alert(1)"},
      {"authorization_endpoint", "https://login.example/authorize#x"},
      {"token_endpoint", "https://user:secret@login.example/token"},
      {"token_endpoint", "https:///token"},
      {"token_endpoint", json::Value()},
      {"jwks_uri", "file:///etc/passwd"},
      {"jwks_uri", "https://keys.example/a b"},
      {"jwks_uri", 7},
      {"response_types_supported", json::Value::array({"id_token"})},
      {"response_types_supported", json::Value()},
      {"code_challenge_methods_supported", json::Value::array({"plain"})},
      {"id_token_signing_alg_values_supported", json::Value::array({"HS256", "none"})},
      {"token_endpoint_auth_methods_supported", json::Value::array({"private_key_jwt"})},
  };
  for (const auto& [name, value] : rows) {
    EXPECT_FALSE(read({{name, value}})) << name << ": " << json::compact(value);
  }
  EXPECT_FALSE(ProviderMetadata::parse("[]", issuer));
  EXPECT_FALSE(ProviderMetadata::parse("", issuer));
}

TEST(ProviderMetadata, IsFoundBesideTheIssuer) {
  EXPECT_EQ(discovery_url("https://a.example"),
            "https://a.example/.well-known/openid-configuration");
  EXPECT_EQ(discovery_url("https://a.example/tenant/"),
            "https://a.example/tenant/.well-known/openid-configuration");
}

TEST(ProviderMetadata, LetsAnIssuerBeHttpsOrOfThisMachine) {
  for (const char* url : {"https://a.example", "https://a.example:8443/realms/one/",
                          "http://localhost:9000", "http://127.0.0.1", "http://[::1]:9000/op"}) {
    EXPECT_TRUE(is_issuer(url)) << url;
  }
  for (const char* url :
       {"", "a.example", "http://a.example", "https://", "https:///x", "https://a.example?x=1",
        "https://a.example#x", "https://u@a.example", "ftp://a.example", "https://a.example/\\x",
        "http://localhost.evil.example", "https://a.example/ x"}) {
    EXPECT_FALSE(is_issuer(url)) << url;
  }
}

}  // namespace
}  // namespace lp::identity
