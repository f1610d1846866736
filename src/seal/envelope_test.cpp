#include "seal/envelope.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "crypto/hash.h"
#include "json/parse.h"

namespace lp::seal {
namespace {

// E1 of the wire contract, as a stock client sends it.
constexpr std::string_view e1 =
    R"({"_lp_enc":true,"iv":"oKGio6Slpqeoqaqr","ct":"nToJXiC5XdYGR73xciXx7EOOdTLz2i0Z8noEvE6bRS3w)"
    R"(GCiLygBpHzz9YgugWK/bGHc2Fw+1bh9jZHB8wR7z2cbT6wJVy5DCzsCPauCq7sewPNerLFSZs+FpboR10o8gPg=="})";

constexpr std::string_view v2 =
    R"({"_lp_enc":true,"iv":"oKGio6Slpqeoqaqr","ct":"dWy/vn+KTYWB/ZBnv26Pyecyqg==","v":2,)"
    R"("kid":"31e9e43f19195b15","salt":"QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8=",)"
    R"("ctx":{"service":"svc","action":"act"}})";

json::Value parsed(std::string_view text) {
  return json::parse(std::string(text)).value().root;
}

std::expected<Envelope, EnvelopeFault> read(std::string_view text) {
  return read_envelope(parsed(text));
}

// `text` with the one occurrence of `from` replaced.
std::string changed(std::string_view text, std::string_view from, std::string_view to) {
  std::string result(text);
  const std::size_t at = result.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return result.replace(at, from.size(), to);
}

EnvelopeFault fault_of(std::string_view text) {
  const auto envelope = read(text);
  EXPECT_FALSE(envelope.has_value()) << text;
  return envelope ? EnvelopeFault{} : envelope.error();
}

TEST(Envelope, ReadsWhatAStockClientSends) {
  const auto envelope = read(e1);
  ASSERT_TRUE(envelope);
  EXPECT_EQ(envelope->kind, PayloadKind::v1);
  EXPECT_EQ(hex(envelope->iv), "a0a1a2a3a4a5a6a7a8a9aaab");
  EXPECT_EQ(envelope->ciphertext.size(), 97u);
  EXPECT_EQ(envelope->kid + envelope->salt + envelope->context, "");
  EXPECT_EQ(envelope->env_sha256.hex(),
            "45dc42ac10d2f1ae2136bdf0a41611cb54c1bbfdcc7d41cdc3b6b2bd7eb59521");
}

TEST(Envelope, ReadsWhatVersionTwoAdds) {
  const auto envelope = read(v2);
  ASSERT_TRUE(envelope);
  EXPECT_EQ(envelope->kind, PayloadKind::v2);
  EXPECT_EQ(envelope->kid, "31e9e43f19195b15");
  EXPECT_EQ(hex(envelope->salt),
            "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f");
  EXPECT_EQ(envelope->context, R"({"action":"act","service":"svc"})");
}

TEST(Envelope, HashIsThatOfTheValueNotOfItsSpelling) {
  const auto a =
      read(R"({"_lp_enc":true,"iv":"AAAAAAAAAAAAAAAA","ct":"AAAAAAAAAAAAAAAAAAAAAA=="})");
  const auto b = read(
      R"( { "ct" : "\u0041AAAAAAAAAAAAAAAAAAAAA==", "iv":"AAAAAAAAAAAAAAAA", "_lp_enc" : true } )");
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->env_sha256, b->env_sha256);
}

TEST(Envelope, KeepsExtraMembersOfVersionOneInItsHash) {
  const auto plain = read(e1);
  const auto extra = read(changed(e1, "{", R"({"_lp_meta":{"x":1},)"));
  ASSERT_TRUE(plain && extra);
  EXPECT_EQ(extra->kind, PayloadKind::v1);
  EXPECT_NE(plain->env_sha256, extra->env_sha256);
}

TEST(Envelope, IsOnlyWhatSaysSoWithTheBooleanTrue) {
  for (const auto text : {"{}", "[]", "null", "true", R"("_lp_enc")", R"({"_lp_enc":false})",
                          R"({"_lp_enc":"true"})", R"({"_lp_enc":1})", R"({"_lp_enc":null})",
                          R"({"a":{"_lp_enc":true}})", R"({"iv":"","ct":""})"}) {
    EXPECT_EQ(fault_of(text), EnvelopeFault::not_an_envelope) << text;
  }
}

TEST(Envelope, RefusesIvOrCiphertextThatIsNoStrictBase64) {
  for (const auto text : {R"({"_lp_enc":true})", R"({"_lp_enc":true,"iv":"AAAAAAAAAAAAAAAA"})",
                          R"({"_lp_enc":true,"ct":"AAAAAAAAAAAAAAAAAAAAAA=="})",
                          R"({"_lp_enc":true,"iv":1,"ct":"AAAAAAAAAAAAAAAAAAAAAA=="})",
                          R"({"_lp_enc":true,"iv":"AAAAAAAAAAAAAAAA","ct":null})"}) {
    EXPECT_EQ(fault_of(text), EnvelopeFault::bad_base64) << text;
  }
  const std::pair<std::string_view, std::string_view> spoilt[] = {
      {"oKGi", "oKG-"}, {"oKGi", "oKG "}, {"oKGi", "oKGi\\n"}, {"Pg==", "Pg"},
      {"Pg==", "Pg="},  {"Pg==", "Ph=="}, {"Pg==", "Pg==="},   {"K/b", "K_b"}};
  for (const auto& [from, to] : spoilt) {
    EXPECT_EQ(fault_of(changed(e1, from, to)), EnvelopeFault::bad_base64) << to;
  }
}

TEST(Envelope, RefusesLengthsThatCannotBe) {
  EXPECT_EQ(fault_of(changed(e1, "oKGio6Slpqeoqaqr", "oKGio6SlpqeoqaqroA==")),
            EnvelopeFault::bad_length);
  EXPECT_EQ(fault_of(changed(e1, "oKGio6Slpqeoqaqr", "oKGio6Slpqeoqao=")),
            EnvelopeFault::bad_length);
  EXPECT_EQ(fault_of(changed(e1, "oKGio6Slpqeoqaqr", "")), EnvelopeFault::bad_length);
  // Fifteen bytes are less than a tag; sixteen seal the empty plaintext.
  EXPECT_EQ(fault_of(R"({"_lp_enc":true,"iv":"AAAAAAAAAAAAAAAA","ct":"AAAAAAAAAAAAAAAAAAAA"})"),
            EnvelopeFault::bad_length);
  EXPECT_TRUE(read(R"({"_lp_enc":true,"iv":"AAAAAAAAAAAAAAAA","ct":"AAAAAAAAAAAAAAAAAAAAAA=="})"));
}

TEST(Envelope, RefusesEveryVersionButTwo) {
  for (const auto version : {"1", "3", "0", "-2", "2.0", "2e0", "\"2\"", "null", "true", "[2]",
                             "18446744073709551618"}) {
    EXPECT_EQ(fault_of(changed(v2, "\"v\":2", "\"v\":" + std::string(version))),
              EnvelopeFault::unsupported_version)
        << version;
  }
}

TEST(Envelope, RefusesVersionTwoWithAMemberMissingOrMalformed) {
  const std::pair<std::string_view, std::string_view> spoilt[] = {
      {"\"kid\"", "\"kit\""},
      {"\"31e9e43f19195b15\"", "7"},
      {"31e9e43f19195b15", "31E9E43F19195B15"},
      {"31e9e43f19195b15", "31e9e43f19195b1"},
      {"31e9e43f19195b15", "31e9e43f19195b155"},
      {"31e9e43f19195b15", "31e9e43f19195b1g"},
      {"31e9e43f19195b15", "31e9e43f19195b1/"},
      {"31e9e43f19195b15", "31e9e43f19195b1:"},
      {"31e9e43f19195b15", "31e9e43f19195b1`"},
      {"\"salt\"", "\"salz\""},
      {"\"QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8=\"", "null"},
      {"QEFC", "QEF-"},
      {"QEFC", ""},
      {"\"ctx\"", "\"cty\""},
      {R"({"service":"svc","action":"act"})", "[]"},
      {R"({"service":"svc","action":"act"})", "\"svc\""},
  };
  for (const auto& [from, to] : spoilt) {
    EXPECT_EQ(fault_of(changed(v2, from, to)), EnvelopeFault::bad_member) << from << to;
  }
}

TEST(Envelope, KindsAndFaultsHaveStableNames) {
  for (const auto kind : {PayloadKind::v1, PayloadKind::v2, PayloadKind::plain}) {
    EXPECT_EQ(payload_kind(to_string(kind)), kind);
  }
  EXPECT_EQ(to_string(PayloadKind::plain), "plain");
  EXPECT_FALSE(payload_kind("v3"));
  EXPECT_FALSE(payload_kind(""));
  EXPECT_EQ(to_string(EnvelopeFault::not_an_envelope), "not_an_envelope");
  EXPECT_EQ(to_string(EnvelopeFault::bad_base64), "bad_base64");
  EXPECT_EQ(to_string(EnvelopeFault::bad_length), "bad_length");
  EXPECT_EQ(to_string(EnvelopeFault::unsupported_version), "unsupported_version");
  EXPECT_EQ(to_string(EnvelopeFault::bad_member), "bad_member");
}

}  // namespace
}  // namespace lp::seal
