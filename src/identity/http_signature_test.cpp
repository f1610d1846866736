#include "identity/http_signature.h"

#include <gtest/gtest.h>

#include <map>

#include "base/text.h"
#include "crypto/hash.h"
#include "identity/agent_key.h"

namespace lp::identity {
namespace {

ComponentValue values_of(std::map<std::string, std::string> values) {
  return [values = std::move(values)](std::string_view name) -> std::optional<std::string> {
    const auto found = values.find(std::string(name));
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}

std::optional<HttpSignatureFault> fault_of(std::string_view input,
                                           std::string_view signature = "s=:AAAA:") {
  const auto read = parse_http_signature(input, signature);
  return read ? std::nullopt : std::optional(read.error());
}

// The keys of RFC 9421 B.1.3 and B.1.4.
const std::string p256_spki = *from_base64(
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lf"
    "w0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==");
const std::string ed25519_spki =
    *from_base64("MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=");

TEST(HttpSignature, VerifiesTheEd25519ExampleOfTheRfc) {  // B.2.6
  const auto read = parse_http_signature(
      R"(sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length"))"
      R"(;created=1618884473;keyid="test-key-ed25519")",
      "sig-b26=:"
      "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKR"
      "Cw==:");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->created, 1618884473);
  EXPECT_EQ(read->key_id, "test-key-ed25519");
  const auto base = signature_base(*read, values_of({{"date", "Tue, 20 Apr 2021 02:07:55 GMT"},
                                                     {"@method", "POST"},
                                                     {"@path", "/foo"},
                                                     {"@authority", "example.com"},
                                                     {"content-type", "application/json"},
                                                     {"content-length", "18"}}));
  EXPECT_EQ(
      base,
      "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n"
      "\"@method\": POST\n"
      "\"@path\": /foo\n"
      "\"@authority\": example.com\n"
      "\"content-type\": application/json\n"
      "\"content-length\": 18\n"
      "\"@signature-params\": (\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" "
      "\"content-length\");created=1618884473;keyid=\"test-key-ed25519\"");
  ASSERT_TRUE(base);
  EXPECT_TRUE(verify_with_agent_key(ed25519_spki, *base, read->signature));
  EXPECT_FALSE(verify_with_agent_key(ed25519_spki, *base + " ", read->signature));
}

TEST(HttpSignature, VerifiesTheP256ExampleOfTheRfc) {  // B.2.4
  const auto read = parse_http_signature(
      R"(sig-b24=("@status" "content-type" "content-digest" "content-length"))"
      R"(;created=1618884473;keyid="test-key-ecc-p256")",
      "sig-b24=:wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+"
      "32oia"
      "sw==:");
  ASSERT_TRUE(read);
  const auto base = signature_base(
      *read,
      values_of(
          {{"@status", "200"},
           {"content-type", "application/json"},
           {"content-digest",
            "sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJ"
            "uahq4l5aGgfLQ==:"},
           {"content-length", "23"}}));
  ASSERT_TRUE(base);
  EXPECT_TRUE(verify_with_agent_key(p256_spki, *base, read->signature));
  EXPECT_FALSE(verify_with_agent_key(p256_spki, base->substr(1), read->signature));
}

TEST(HttpSignature, KeepsTheParametersAsTheyWereSent) {
  const auto read = parse_http_signature(
      R"(s=("@method" "x");tag="t";created=5;expires=9;nonce="n";keyid="k";alg="ed25519")",
      "s=:AAEC:");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->components, (std::vector<std::string>{"@method", "x"}));
  EXPECT_EQ(read->parameters,
            R"(("@method" "x");tag="t";created=5;expires=9;nonce="n";keyid="k";alg="ed25519")");
  EXPECT_EQ(read->signature, std::string("\0\1\2", 3));
  EXPECT_EQ(read->expires, 9);
  EXPECT_EQ(read->nonce, "n");
  EXPECT_EQ(read->algorithm, "ed25519");
  EXPECT_EQ(read->tag, "t");
  EXPECT_TRUE(read->covers("x"));
  EXPECT_FALSE(read->covers("@path"));
  EXPECT_TRUE(parse_http_signature("s=()", "s=:AAAA:")) << "covering nothing is for the caller";
}

TEST(HttpSignature, RefusesOtherForms) {
  using enum HttpSignatureFault;
  for (const char* input : {"",
                            "s",
                            "s=",
                            "s=(",
                            R"(s=("a")",
                            R"(s=("a""b"))",
                            R"(s=("a"  "b"))",
                            R"(s=( "a"))",
                            R"(s=("a" ))",
                            R"(s=("a" "a"))",
                            R"(s=("A"))",
                            R"(s=("a b"))",
                            R"(s=("@"))",
                            R"(s=(""))",
                            R"(s=(a))",
                            R"(s=("@signature-params"))",
                            R"(S=("a"))",
                            R"(s =("a"))",
                            R"(s=("a") )",
                            R"(s=("a")x)",
                            R"(s=("a");created)",
                            R"(s=("a");created="5")",
                            R"(s=("a");created=-5)",
                            R"(s=("a");created=5.0)",
                            R"(s=("a");created=1234567890123456)",
                            R"(s=("a");created=5;created=5)",
                            R"(s=("a");nonce=n)",
                            R"(s=("a");nonce="\"")",
                            R"(s=("a"); nonce="n")",
                            "s=(\"a\");nonce=\"\xc3\xa9\"",
                            "s=(\"a\");nonce=\"\n\"",
                            R"(s=("a";sf)",
                            R"(s=:AAAA:)"}) {
    const auto fault = fault_of(input);
    EXPECT_TRUE(fault == malformed || fault == unknown_parameter) << input;
  }
  EXPECT_EQ(fault_of(R"(s=("a";sf))"), unknown_parameter);
  EXPECT_EQ(fault_of(R"(s=("a");x=1)"), unknown_parameter);
  EXPECT_EQ(fault_of(R"(s=("a"), t=("a"))"), several);
  EXPECT_EQ(fault_of(R"(s=("a"))", "s=:AAAA:, t=:AAAA:"), several);
  EXPECT_EQ(fault_of(R"(s=("a"))", "t=:AAAA:"), names_differ);
  EXPECT_EQ(fault_of("s=(" + std::string(5'000, ' ') + ")"), too_long);
  for (const char* signature : {"", "s", "s=", "s=AAAA", "s=:AAAA",
                                "s=:AAA:", "s=:A-AA:", "s=:AAAA:x", "s=\"AAAA\"", "s=:AAAA:;p"}) {
    EXPECT_EQ(fault_of(R"(s=("a"))", signature), malformed) << signature;
  }
}

TEST(HttpSignature, RefusesMoreComponentsThanAMessageHas) {
  std::string input = "s=(\"c0\"";
  for (int i = 1; i < 32; ++i) input += " \"c" + std::to_string(i) + '"';
  EXPECT_EQ(fault_of(input + ")"), std::nullopt);
  EXPECT_EQ(fault_of(input + " \"more\")"), HttpSignatureFault::malformed);
}

TEST(HttpSignature, HasNoBaseWithoutEachComponentOnOneLine) {
  const auto read = parse_http_signature(R"(s=("a" "b"))", "s=:AAAA:");
  ASSERT_TRUE(read);
  EXPECT_TRUE(signature_base(*read, values_of({{"a", "1"}, {"b", "2"}})));
  EXPECT_FALSE(signature_base(*read, values_of({{"a", "1"}})));
  EXPECT_FALSE(signature_base(*read, values_of({{"a", "1\n\"b\": 2"}, {"b", "2"}})));
  EXPECT_FALSE(signature_base(*read, values_of({{"a", "1\r"}, {"b", "2"}})));
}

TEST(ContentDigest, IsReadWhereverItStandsAmongOthers) {
  const std::string digest(crypto::sha256("{\"hello\": \"world\"}").view());
  const std::string ours =
      "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:";  // RFC 9530 B.2
  EXPECT_EQ(content_sha256(ours), digest);
  EXPECT_EQ(content_sha256("sha-512=:AAAA:, " + ours), digest);
  EXPECT_EQ(content_sha256(ours + ",sha-512=:AAAA:"), digest);
}

TEST(ContentDigest, OfAnotherFormIsRefused) {
  const std::string ours = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:";
  EXPECT_FALSE(content_sha256(""));
  EXPECT_FALSE(content_sha256("sha-512=:AAAA:"));
  EXPECT_FALSE(content_sha256("sha-256=:AAAA:"));
  EXPECT_FALSE(content_sha256("sha-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE="));
  EXPECT_FALSE(content_sha256(ours + ","));
  EXPECT_FALSE(content_sha256(ours + ", " + ours));
  EXPECT_FALSE(content_sha256(ours + ";p"));
  EXPECT_FALSE(content_sha256(std::string(5'000, 'a')));
}

}  // namespace
}  // namespace lp::identity
