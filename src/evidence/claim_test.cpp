#include "evidence/claim.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "crypto/hash.h"
#include "evidence/roster.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::evidence {
namespace {

// Vector C1 of the published clients.
json::Value c1() {
  auto claim = json::Value::object();
  claim.add("request_id", "req_abc123")
      .add("project_id", "proj1")
      .add("agent_id", "agent_up")
      .add("created_at", "2026-03-01T12:00:00.000Z")
      .add("payload_hash",
           "sha256:4d4bbe59c6aad22442cde199a6a8a5f034405fcd78fb5a81c24ef249de1c45f1");
  return claim;
}

crypto::P256Key issuer() {
  return crypto::P256Key::from_uniform(std::string(48, 'i'));
}

// Header, payload and signature of a compact JWS, decoded.
std::vector<std::string> parts_of(const std::string& jws) {
  std::vector<std::string> parts;
  std::size_t at = 0;
  while (at <= jws.size()) {
    const std::size_t dot = std::min(jws.find('.', at), jws.size());
    parts.push_back(from_base64url(jws.substr(at, dot - at)).value_or("not base64url"));
    at = dot + 1;
  }
  return parts;
}

TEST(Claim, HasTheSignatureThatPublishedClientsCompute) {
  const auto reply = signed_claim(c1(), "lp_whk_test", "sec_1", issuer());
  EXPECT_EQ(reply.find_string("signature"),
            "9dc2e58ac5b4575f90e562d98381593cf16e5d1be562318fdcdd9c75cc3e1bd0");
}

TEST(Claim, StandsTwiceInTheReplyInTheOrderOfItsNames) {
  const auto reply = signed_claim(c1(), "secret", "sec_1", issuer());
  std::vector<std::string> names;
  for (const auto& [name, value] : reply.members()) names.push_back(name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"agent_id", "created_at", "payload_hash", "project_id",
                                      "request_id", "claim", "signature", "alg", "kid", "jws"}));
  ASSERT_NE(reply.find("claim"), nullptr);
  EXPECT_EQ(json::compact(*reply.find("claim")), claim_bytes(c1()));
  EXPECT_EQ(reply.find_string("alg"), "HMAC-SHA256");
  EXPECT_EQ(reply.find_string("kid"), "sec_1");
}

TEST(Claim, IsVerifiedWithTheIssuersPublicKeyAlone) {
  const std::string jws = claim_jws(c1(), issuer());
  const auto parts = parts_of(jws);
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(parts[0],
            R"({"alg":"ES256","kid":")" + key_id(issuer().spki()) + R"(","typ":"lp-proof+jwt"})");
  EXPECT_EQ(parts[1], claim_bytes(c1()));
  const auto der = crypto::p256_der_signature(parts[2]);
  ASSERT_TRUE(der);
  const std::string signed_text = jws.substr(0, jws.rfind('.'));
  EXPECT_TRUE(crypto::p256_verify(issuer().spki(), signed_text, *der));
  for (std::size_t at = 0; at < signed_text.size(); at += 7) {
    std::string tampered = signed_text;
    tampered[at] = tampered[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(crypto::p256_verify(issuer().spki(), tampered, *der)) << at;
  }
}

TEST(Claim, HoldsAsciiTextsAndIntegersOnly) {
  EXPECT_TRUE(is_claim(c1()));
  EXPECT_TRUE(is_claim(json::Value::object()));
  const json::Value wrong[] = {"caf\xc3\xa9",
                               "",
                               "a\nb",
                               json::Value(),
                               true,
                               -1,
                               json::Value::number_literal("1.0"),
                               json::Value::number_literal("9007199254740992"),
                               json::Value::array(),
                               json::Value::object()};
  for (const auto& value : wrong) {
    EXPECT_FALSE(is_claim(c1().add("x", value))) << json::compact(value);
  }
  EXPECT_TRUE(is_claim(c1().add("x", std::int64_t{9'007'199'254'740'991})));
}

TEST(Claim, HasNoMemberOfTheReplyAroundIt) {
  for (const char* name : {"claim", "signature", "alg", "kid", "jws", "receipt", "\xc3\xa9", ""}) {
    EXPECT_FALSE(is_claim(c1().add(name, "x"))) << name;
  }
  EXPECT_DEATH(static_cast<void>(claim_bytes(c1().add("jws", "x"))), "");
}

}  // namespace
}  // namespace lp::evidence
