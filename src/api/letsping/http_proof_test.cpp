#include "api/letsping/http_proof.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "base/text.h"
#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "crypto/p256.h"
#include "evidence/roster.h"
#include "json/parse.h"

namespace lp::api {
namespace {

const Instant now{1'772'366'400'000};
const crypto::Ed25519Key agent_key = crypto::Ed25519Key::from_seed(std::string(32, 'a'));
const std::string agent_spki = *from_hex("302a300506032b6570032100") + agent_key.public_key();

// What an agent sends; `base` is what it signs where that is not the request's own.
struct Sent {
  std::string covered = R"("@method" "@authority" "@path" "@query" "content-digest")";
  std::string parameters =
      R"(;created=1772366400;nonce="0123456789abcdef";keyid="agent_1";alg="ed25519")";
  std::string body = R"({"a":1})";
  std::string digest_of = R"({"a":1})";
  std::string base = {};
  bool tls = false;

  [[nodiscard]] std::string input() const { return "(" + covered + ")" + parameters; }
  [[nodiscard]] std::string digest() const {
    return "sha-256=:" + base64(crypto::sha256(digest_of).view()) + ":";
  }
  [[nodiscard]] net::Request request() const {
    std::string text = base;
    if (text.empty()) {
      text =
          "\"@method\": POST\n\"@authority\": letsping.example\n\"@path\": /api/ingest\n"
          "\"@query\": ?x=%2F\n\"content-digest\": " +
          digest() + "\n\"@signature-params\": " + input();
    }
    net::Request request;
    request.method = net::Method::post;
    request.path = "/api/ingest";
    request.query = "x=%2F";
    request.body = body;
    request.host = "LetsPing.example:80";
    request.tls = tls;
    request.headers = {{"content-digest", digest()},
                       {"signature-input", "sig=" + input()},
                       {"signature", "sig=:" + base64(agent_key.sign(text)) + ":"}};
    return request;
  }
};

std::expected<core::AgentProof, net::Reply> check(const net::Request& request, Instant at = now) {
  return check_http_proof(
      request,
      [](std::string_view agent) {
        return agent == "agent_1"
                   ? std::vector<std::string>{crypto::P256Key::generate().spki(), agent_spki}
                   : std::vector<std::string>{};
      },
      at);
}

// What is said against it; "" when it is taken.
std::string said(const net::Request& request, Instant at = now) {
  const auto proof = check(request, at);
  if (proof) return {};
  const auto body = json::parse(proof.error().body);
  EXPECT_EQ(body->root.find_string("reason"), "http_signature_invalid");
  return std::string(body->root.find_string("message").value_or(""));
}

TEST(HttpProof, NamesTheAgentItsKeyAndTheNonce) {
  const auto proof = check(Sent{}.request());
  ASSERT_TRUE(proof) << proof.error().body;
  EXPECT_EQ(proof->agent_id, "agent_1");
  EXPECT_EQ(proof->strength, "httpsig");
  EXPECT_EQ(proof->key, evidence::key_id(agent_spki));
  EXPECT_EQ(proof->nonce, crypto::sha256("0123456789abcdef"));
  EXPECT_EQ(proof->nonce_expires, now + 600'000);
}

TEST(HttpProof, TakesTheWholeUriInPlaceOfItsParts) {
  Sent sent;
  sent.tls = true;
  sent.covered = R"("@method" "@target-uri" "content-digest")";
  sent.base =
      "\"@method\": POST\n\"@target-uri\": https://letsping.example:80/api/ingest?x=%2F\n"
      "\"content-digest\": " +
      sent.digest() + "\n\"@signature-params\": " + sent.input();
  EXPECT_EQ(said(sent.request()), "");
}

TEST(HttpProof, TellsWhatIsNotCovered) {
  for (const auto& [covered, what] :
       {std::pair(R"("@authority" "@path" "@query" "content-digest")", "cover @method"),
        std::pair(R"("@method" "@path" "@query" "content-digest")", "cover @authority"),
        std::pair(R"("@method" "@authority" "@query" "content-digest")", "cover @authority"),
        std::pair(R"("@method" "@authority" "@path" "content-digest")", "cover @authority"),
        std::pair(R"("@method" "@authority" "@path" "@query")", "cover content-digest")}) {
    Sent sent;
    sent.covered = covered;
    EXPECT_NE(said(sent.request()).find(what), std::string::npos) << covered;
  }
}

TEST(HttpProof, TellsWhatIsWrongWithItsParameters) {
  for (const auto& [parameters, what] :
       {std::pair(R"(;nonce="0123456789abcdef";keyid="agent_1")", "required"),
        std::pair(R"(;created=1772366400;keyid="agent_1")", "required"),
        std::pair(R"(;created=1772366400;nonce="0123456789abcdef")", "required"),
        std::pair(R"(;created=1772366400;nonce="0123456789abcde";keyid="agent_1")", "16 to 128"),
        std::pair(R"(;created=1772366099;nonce="0123456789abcdef";keyid="agent_1")", "300 s"),
        std::pair(R"(;created=1772366701;nonce="0123456789abcdef";keyid="agent_1")", "300 s"),
        std::pair(R"(;created=1772366400;expires=1772366400;nonce="0123456789abcdef";keyid="x")",
                  "expired")}) {
    Sent sent;
    sent.parameters = parameters;
    EXPECT_NE(said(sent.request()).find(what), std::string::npos) << parameters;
  }
  EXPECT_EQ(said(Sent{}.request(), now + 300'000), "");
  EXPECT_EQ(said(Sent{}.request(), now + -300'000), "");
  EXPECT_NE(said(Sent{}.request(), now + 300'001), "");
}

TEST(HttpProof, IsOfThisBodyAndThisRequest) {
  Sent sent;
  sent.body = R"({"a":2})";
  EXPECT_NE(said(sent.request()).find("not of this body"), std::string::npos);
  net::Request request = Sent{}.request();
  request.headers[0].second = "sha-512=:AAAA:";
  EXPECT_NE(said(request).find("with sha-256"), std::string::npos);
  for (const auto change : {+[](net::Request& r) { r.method = net::Method::put; },
                            +[](net::Request& r) { r.path = "/api/agents/rotate"; },
                            +[](net::Request& r) { r.query = "x=/"; },
                            +[](net::Request& r) { r.host = "other.example"; }}) {
    net::Request other = Sent{}.request();
    change(other);
    EXPECT_NE(said(other), "");
  }
}

TEST(HttpProof, SaysTheSameOfAnUnknownAgentAnotherKeyAndAnotherAlgorithm) {
  Sent unknown, other, algorithm;
  unknown.parameters = R"(;created=1772366400;nonce="0123456789abcdef";keyid="agent_2")";
  other.base = "something else";
  algorithm.parameters =
      R"(;created=1772366400;nonce="0123456789abcdef";keyid="agent_1";alg="ecdsa-p256-sha256")";
  const std::string plain = said(unknown.request());
  EXPECT_NE(plain, "");
  EXPECT_EQ(said(other.request()), plain);
  EXPECT_EQ(said(algorithm.request()), plain);
}

TEST(HttpProof, IsThereOnceAndWhole) {
  net::Request twice = Sent{}.request();
  twice.headers.push_back(twice.headers[2]);
  EXPECT_NE(said(twice).find("each once"), std::string::npos);
  net::Request half = Sent{}.request();
  half.headers.pop_back();
  EXPECT_TRUE(has_http_signature(half));
  EXPECT_NE(said(half).find("each once"), std::string::npos);
  half.headers.pop_back();
  EXPECT_FALSE(has_http_signature(half));
  Sent sent;
  sent.covered += R"( "x-more")";
  EXPECT_NE(said(sent.request()).find("not there"), std::string::npos);
}

}  // namespace
}  // namespace lp::api
