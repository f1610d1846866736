#include "api/letsping/ingest_body.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "api/letsping/agent_proof.h"
#include "json/parse.h"

namespace lp::api {
namespace {

using store::Payloads;

constexpr std::string_view envelope =
    R"({"_lp_enc":true,"iv":"oKGio6Slpqeoqaqr","ct":"nToJXiC5XdYGR73xciXx7EOOdTLz2i0="})";

// The one of now, and the one before it.
std::vector<Secret> secrets_of(std::string_view agent_id) {
  if (agent_id != "agent_1") return {};
  return {Secret("newer-key"), Secret("secret-key")};
}

std::expected<core::Ingest, net::Reply> read(const std::string& body,
                                             Payloads allowed = Payloads::server_sealed) {
  const auto proof = check_agent_proof(body, secrets_of);
  if (!proof) return std::unexpected(proof.error());
  auto result = read_ingest(body, allowed, *proof);
  if (!result) return std::unexpected(std::move(result.error()));
  return std::move(result->ask);
}

std::string with(const std::string& more, std::string_view payload = "{\"a\":1}") {
  return R"({"service":"svc","action":"act","payload":)" + std::string(payload) +
         (more.empty() ? "" : "," + more) + "}";
}

// With this `_escrow` beside the payload {"amount":100}.
std::expected<std::optional<EscrowBody>, net::Reply> read_escrow_of(const std::string& escrow) {
  auto result =
      read_ingest(with("\"_escrow\":" + escrow, R"({"amount":100})"), Payloads::server_sealed, {});
  if (!result) return std::unexpected(std::move(result.error()));
  return std::move(result->escrow);
}

std::string reason_of(const net::Reply& reply) {
  const auto document = json::parse(reply.body);
  return std::string(document->root.find_string("reason").value_or(""));
}

std::string pointer_of(const net::Reply& reply) {
  const auto document = json::parse(reply.body);
  return std::string(document->root.find_string("pointer").value_or("(none)"));
}

TEST(IngestBody, KeepsPayloadFactsAndSchemaAsTheyWereWritten) {
  const auto ask = read(with(R"("facts": { "amount" : 1.0 },"schema":{"_def":{ "t": 1e5}})",
                             "{ \"a\" : 1.0 , \"b\":12345678901234567890}"));
  ASSERT_TRUE(ask.has_value());
  EXPECT_EQ(ask->payload, "{ \"a\" : 1.0 , \"b\":12345678901234567890}");
  EXPECT_EQ(ask->facts, "{ \"amount\" : 1.0 }");
  EXPECT_EQ(ask->schema, "{\"_def\":{ \"t\": 1e5}}");
  EXPECT_EQ(ask->lossy, std::vector<std::string>{"/b"});
  EXPECT_EQ(ask->priority, "medium");
  EXPECT_FALSE(ask->envelope.has_value());
}

TEST(IngestBody, TakesAnEnvelopeEverywhereAndPlaintextOnlyWhereItIsAllowed) {
  const auto sealed = read(with("", envelope), Payloads::encrypted);
  ASSERT_TRUE(sealed.has_value());
  EXPECT_TRUE(sealed->envelope.has_value());
  EXPECT_TRUE(read(with("", envelope)).has_value());
  const auto plain = read(with(""), Payloads::encrypted);
  ASSERT_FALSE(plain.has_value());
  EXPECT_EQ(plain.error().status, 422);
  EXPECT_EQ(reason_of(plain.error()), "plaintext_refused");
  EXPECT_TRUE(
      plain.error().body.contains("export LETSPING_ENCRYPTION_KEY=$(openssl rand -base64 32)"));
}

TEST(IngestBody, RefusesBrokenEnvelopesByName) {
  const std::pair<std::string, std::string> rows[] = {
      {R"({"_lp_enc":true,"iv":"***","ct":"nToJXiC5XdYGR73xciXx7A=="})", "envelope_bad_base64"},
      {R"({"_lp_enc":true,"iv":"AAAA","ct":"nToJXiC5XdYGR73xciXx7A=="})", "envelope_bad_length"},
      {R"({"_lp_enc":true,"iv":"oKGio6Slpqeoqaqr","ct":"AAAA"})", "envelope_bad_length"},
      {R"({"_lp_enc":true,"v":9,"iv":"oKGio6Slpqeoqaqr","ct":"nToJXiC5XdYGR73xciXx7A=="})",
       "envelope_unsupported_version"},
      {R"({"_lp_enc":true,"v":2,"iv":"oKGio6Slpqeoqaqr","ct":"nToJXiC5XdYGR73xciXx7A=="})",
       "envelope_bad_member"}};
  for (const auto& [payload, reason] : rows) {
    const auto ask = read(with("", payload));
    ASSERT_FALSE(ask.has_value()) << payload;
    EXPECT_EQ(reason_of(ask.error()), reason);
    EXPECT_EQ(pointer_of(ask.error()), "/payload");
  }
}

TEST(IngestBody, ReadsLabelsFromMetadataAndFromNodesHiddenMember) {
  const auto ask = read(
      with(R"("metadata":{"role":"finance","environment":"prod","callback_url":"https://e.x/"})",
           R"({"_lp_meta":{"environment":"dev","trace_id":"t1","parent_request_id":"p1"}})"));
  ASSERT_TRUE(ask.has_value());
  EXPECT_EQ(ask->role, "finance");
  EXPECT_EQ(ask->environment, "prod");
  EXPECT_EQ(ask->trace_id, "t1");
  EXPECT_EQ(ask->parent_request_id, "p1");
  EXPECT_EQ(ask->callback_url, "https://e.x/");
}

TEST(IngestBody, TakesNullForAbsent) {
  EXPECT_TRUE(read(with(R"("metadata":null,"schema":null,"priority":null)")).has_value());
  EXPECT_TRUE(read(with(R"("metadata":{"role":null,"trace_id":null})")).has_value());
}

TEST(IngestBody, IgnoresMembersThatItDoesNotKnow) {
  EXPECT_TRUE(
      read(with(R"("status":"APPROVED","id":"req_x","level":"none","project":"p")")).has_value());
}

TEST(IngestBody, NamesTheMemberThatIsWrong) {
  const std::pair<std::string, std::string> rows[] = {
      {R"({"action":"a","payload":{}})", "/service"},
      {R"({"service":"","action":"a","payload":{}})", "/service"},
      {R"({"service":1,"action":"a","payload":{}})", "/service"},
      {R"({"service":"s","payload":{}})", "/action"},
      {R"({"service":"s","action":")" + std::string(201, 'a') + R"(","payload":{}})", "/action"},
      {R"({"service":"s","action":"a"})", "/payload"},
      {R"({"service":"s","action":"a","payload":[]})", "/payload"},
      {R"({"service":"s","action":"a","payload":"x"})", "/payload"},
      {with(R"("priority":"urgent")"), "/priority"},
      {with(R"("metadata":[])"), "/metadata"},
      {with(R"("metadata":{"role":1})"), "/metadata/role"},
      {with(R"("metadata":{"callback_url":"file:///etc/passwd"})"), "/metadata/callback_url"},
      {with(R"("facts":[])"), "/facts"},
      {with(R"("decide_in":0)"), "/decide_in"},
      {with(R"("decide_in":1.5)"), "/decide_in"},
      {with(R"("decide_in":2592001)"), "/decide_in"},
      {with(R"("capabilities":[""])"), "/capabilities"},
      {with(R"("idem":"abc")"), "/idem"},
      {with(R"("client_nonce":7)"), "/client_nonce"},
      {"[]", ""}};
  for (const auto& [body, pointer] : rows) {
    const auto ask = read(body);
    ASSERT_FALSE(ask.has_value()) << body;
    EXPECT_EQ(ask.error().status, 422) << body;
    EXPECT_EQ(reason_of(ask.error()), "member_invalid") << body;
    EXPECT_EQ(pointer_of(ask.error()), pointer) << body;
  }
}

TEST(IngestBody, CountsCharactersNotBytes) {
  std::string name;
  for (int i = 0; i < 200; ++i) name += "é";
  EXPECT_TRUE(read(R"({"service":")" + name + R"(","action":"a","payload":{}})").has_value());
}

TEST(IngestBody, TakesTheWaitingTimeOfTheFirstNodeReleaseWhereItIsSensible) {
  EXPECT_EQ(read(with("\"timeoutMs\":60000"))->decide_in_ms, 60'000);
  EXPECT_EQ(read(with("\"timeoutMs\":5"))->decide_in_ms, std::nullopt);
  EXPECT_EQ(read(with("\"timeoutMs\":\"x\""))->decide_in_ms, std::nullopt);
  EXPECT_EQ(read(with("\"timeoutMs\":1e99"))->decide_in_ms, std::nullopt);
  EXPECT_EQ(read(with("\"timeoutMs\":60000,\"decide_in\":30"))->decide_in_ms, 30'000);
}

std::string signed_body(std::string_view payload, const std::string& signature) {
  return R"({"project_id":"proj1","service":"svc","action":"act",)" +
         (payload.empty() ? "" : "\"payload\":" + std::string(payload) + ",") +
         R"("agent_id":"agent_1","agent_signature":")" + signature + "\"}";
}

// wire.md B10, A1 and A7: what Node and Python send.
constexpr auto a1 = "9fb72da1ee2e1b1f19bcf325ee77befa68cccbfdb18a343eddc10194f233ba40";
constexpr auto a7 = "16b992e318ae4aa8ae08508bb445d29cd614a434620c6b96c7bf1c12a1f5f3c2";

TEST(IngestBody, AcceptsASignedCallAndNamesItsAgent) {
  const auto ask = read(signed_body("{\"a\":1}", a1));
  ASSERT_TRUE(ask.has_value()) << ask.error().body;
  EXPECT_EQ(ask->proof.agent_id, "agent_1");
  EXPECT_EQ(ask->proof.strength, "hmac");
  EXPECT_EQ(ask->proof.candidate, "raw");
}

TEST(IngestBody, AcceptsASignedCallInHttpxsOlderSpelling) {
  std::string body = signed_body("{\"a\": 1}", a1);
  body.insert(body.find(":\"svc\"") + 1, " ");
  const auto ask = read(body);
  ASSERT_TRUE(ask.has_value()) << ask.error().body;
  EXPECT_NE(ask->proof.candidate, "raw");
}

TEST(IngestBody, TakesAMissingPayloadOnlyWhenItIsSigned) {
  const auto ask = read(signed_body("", a7));
  ASSERT_TRUE(ask.has_value()) << ask.error().body;
  EXPECT_EQ(ask->payload, "{}");
  const auto sealed_only = read(signed_body("", a7), Payloads::encrypted);
  EXPECT_EQ(reason_of(sealed_only.error()), "plaintext_refused");
}

TEST(IngestBody, ChecksTheSignatureBeforeTheStrictRules) {
  // Twice the same member: with a wrong signature the refusal is about the signature.
  const auto forged = read(signed_body(R"({"a":1,"a":2})", a1));
  EXPECT_EQ(forged.error().status, 401);
  EXPECT_EQ(reason_of(forged.error()), "agent_signature_invalid");
}

TEST(IngestBody, RefusesWrongSignaturesUnknownAgentsAndHalvesWithTheSameBytes) {
  const std::string wrong = read(signed_body("{\"a\":2}", a1)).error().body;
  std::string unknown = signed_body("{\"a\":1}", a1);
  unknown.replace(unknown.find("agent_1"), 7, "agent_2");
  EXPECT_EQ(read(unknown).error().body, wrong);
  EXPECT_EQ(read(with("\"agent_id\":\"agent_1\"")).error().body, wrong);
  EXPECT_EQ(read(with(std::string("\"agent_signature\":\"") + a1 + "\"")).error().body, wrong);
  EXPECT_EQ(read(with("\"agent_\\u0069d\":\"agent_1\"")).error().body, wrong);
  EXPECT_EQ(read(with("\"agent_id\":7,\"agent_signature\":7")).error().body, wrong);
}

TEST(IngestBody, TakesNoOtherAgentThanTheOneWhoseKeySignedTheCall) {
  const core::AgentProof proof{.agent_id = "agent_1", .strength = "httpsig"};
  const auto named = [&](const std::string& more) {
    return read_ingest(with(more), Payloads::server_sealed, proof);
  };
  EXPECT_EQ(named("")->ask.proof.agent_id, "agent_1");
  EXPECT_TRUE(named(R"("agent_id":"agent_1")").has_value());
  EXPECT_EQ(reason_of(named(R"("agent_id":"agent_2")").error()), "agent_signature_invalid");
  EXPECT_EQ(reason_of(named(R"("agent_signature":"ab")").error()), "agent_signature_invalid");
}

TEST(IngestBody, ReadsEscrowBesideThePayloadAndInMetadata) {
  const std::string escrow =
      R"({"mode":"handoff","downstream_agent_id":"agent_down",)"
      R"("commitment":{"type":"bug_bounty","amount_cents":0,"currency":"EUR"},)"
      R"("x402_mandate":{"amount":"100"}})";
  const auto beside = read_escrow_of(escrow);
  ASSERT_TRUE(beside && *beside);
  EXPECT_EQ((*beside)->escrow.mode, "handoff");
  EXPECT_EQ((*beside)->escrow.downstream, "agent_down");
  EXPECT_TRUE((*beside)->escrow.commitment && (*beside)->escrow.x402_mandate);
  const auto inside =
      read_ingest(with("\"metadata\":{\"_escrow\":" + escrow + "}"), Payloads::server_sealed, {});
  ASSERT_TRUE(inside && inside->escrow);
  EXPECT_EQ(inside->escrow->escrow, (*beside)->escrow);
  EXPECT_FALSE(*read_escrow_of(R"({"mode":"none"})"));
  EXPECT_FALSE(*read_escrow_of("null"));
}

TEST(IngestBody, RefusesEscrowThatSaysNothingDefinite) {
  const auto pointer_for = [](const std::string& escrow) {
    const auto read = read_escrow_of(escrow);
    return read ? "(taken)" : pointer_of(read.error());
  };
  EXPECT_EQ(pointer_for("7"), "/_escrow");
  EXPECT_EQ(pointer_for("{}"), "/_escrow/mode");
  EXPECT_EQ(pointer_for(R"({"mode":"x","downstream_agent_id":"a"})"), "/_escrow/mode");
  EXPECT_EQ(pointer_for(R"({"mode":"handoff"})"), "/_escrow/downstream_agent_id");
  EXPECT_EQ(pointer_for(R"({"mode":"handoff","downstream_agent_id":"a b"})"),
            "/_escrow/downstream_agent_id");
  EXPECT_EQ(pointer_for(R"({"mode":"handoff","downstream_agent_id":"a","handoff_signature":"ab"})"),
            "/_escrow/id");
  const std::string start = R"({"mode":"handoff","downstream_agent_id":"a","commitment":)";
  EXPECT_EQ(pointer_for(start + R"({"type":"x","amount_cents":1,"currency":"EUR"}})"),
            "/_escrow/commitment/type");
  EXPECT_EQ(pointer_for(start + R"({"type":"referral","amount_cents":-1,"currency":"EUR"}})"),
            "/_escrow/commitment/amount_cents");
  EXPECT_EQ(pointer_for(start + R"({"type":"referral","amount_cents":1}})"),
            "/_escrow/commitment/currency");
  const auto both =
      read_ingest(with(R"("_escrow":{"mode":"none"},"metadata":{"_escrow":{"mode":"none"}})"),
                  Payloads::server_sealed, {});
  ASSERT_FALSE(both);
  EXPECT_EQ(pointer_of(both.error()), "/_escrow");
}

TEST(IngestBody, TakesWhatChainHandoffSignedAndNothingElse) {
  const auto checked = [](std::string signature, std::string upstream, core::AgentProof proof) {
    EscrowBody body;
    body.escrow.mode = "handoff";
    body.escrow.upstream = std::move(upstream);
    body.escrow.downstream = "agent_down";
    body.signature = std::move(signature);
    body.id = "req_abc123";
    body.event = "request.approved";
    const std::string caller = proof.agent_id.empty() ? "key_1" : proof.agent_id;
    const auto refused = check_escrow(body, R"({"amount":100})", proof, caller, "lp_whk_test");
    return refused ? reason_of(*refused) : "taken as of " + body.escrow.upstream;
  };
  const std::string s3 = "71f4100b4e88d3bdb652104be28643c75a51d90fffd94ea0d099d54a31c68665";
  const core::AgentProof up{.agent_id = "agent_up", .strength = "hmac"};
  const core::AgentProof down{.agent_id = "agent_down", .strength = "hmac"};
  EXPECT_EQ(checked(s3, "agent_up", up), "taken as of agent_up");
  EXPECT_EQ(checked(s3, "agent_up", {}), "taken as of agent_up");
  EXPECT_EQ(checked(s3, "agent_x", {}), "escrow_signature_invalid");
  EXPECT_EQ(checked(std::string(64, '0'), "agent_up", up), "escrow_signature_invalid");
  EXPECT_EQ(checked("", "", up), "taken as of agent_up");
  EXPECT_EQ(checked("", "", {}), "taken as of key_1");
  EXPECT_EQ(checked("", "agent_up", {}), "member_invalid") << "nobody has proved to be that";
  EXPECT_EQ(checked("", "agent_x", up), "member_invalid");
  EXPECT_EQ(checked("", "", down), "member_invalid") << "nobody hands to itself";
}

TEST(IngestBody, KeepsWhatTheAgentSaysOfItself) {
  const auto ask =
      read(with(R"("metadata":{"agent":"deployer","model":"m-1","agent_version":"2.0"})"));
  ASSERT_TRUE(ask.has_value());
  EXPECT_EQ(ask->claims.agent, "deployer");
  EXPECT_EQ(ask->claims.model, "m-1");
  EXPECT_EQ(ask->claims.agent_version, "2.0");
  const auto wrong = read(with(R"("metadata":{"model":7})"));
  EXPECT_EQ(pointer_of(wrong.error()), "/metadata/model");
  const std::string long_name(201, 'm');
  EXPECT_FALSE(read(with("\"metadata\":{\"model\":\"" + long_name + "\"}")).has_value());
}

TEST(IngestBody, TakesNamesOfSignatureMembersInsideThePayloadForWhatTheyAre) {
  EXPECT_TRUE(read(with("", R"({"agent_id":"x","agent_signature":"y"})")).has_value());
}

TEST(ClientName, IsShortPrintableAscii) {
  EXPECT_EQ(client_name("letsping-python/0.3.3"), "letsping-python/0.3.3");
  EXPECT_EQ(client_name("a\x01\xff"
                        "b"),
            "ab");
  EXPECT_EQ(client_name(std::string(300, 'x')).size(), 80u);
}

}  // namespace
}  // namespace lp::api
