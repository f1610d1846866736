#include "evidence/escrow.h"

#include <gtest/gtest.h>

#include "json/parse.h"
#include "json/write.h"

namespace lp::evidence {
namespace {

constexpr std::string_view secret = "lp_whk_test";

json::Value value_of(const char* text) {
  return json::parse(text)->root;
}

EscrowEvent event_with(const char* data) {
  return {.id = "req_abc123", .event = "request.approved", .data = value_of(data)};
}

Escrow between() {
  Escrow escrow;
  escrow.mode = "handoff";
  escrow.upstream = "agent_up";
  escrow.downstream = "agent_down";
  return escrow;
}

// The vectors of the published clients.
constexpr const char* s1_data = R"({"status":"APPROVED","payload":{"amount":100}})";
constexpr std::string_view s1 = "06c4f9ec98d7be36dcba28bd9e7ff610582db8bbedb34ad085d35ad22102b8cb";
constexpr std::string_view s2 = "f017832b27d3d891e0a24590b4a38e5683134e3aa7f8b0ff5fd7f23832b88afa";
constexpr std::string_view s3 = "71f4100b4e88d3bdb652104be28643c75a51d90fffd94ea0d099d54a31c68665";
constexpr std::string_view s4 = "3b1934336d4b13b95c044b34c9c22e862ab2395d4c1f7aac146a1950de024d2e";

TEST(Escrow, IsSignedAsThePublishedVerifierChecksIt) {
  EXPECT_EQ(sign_escrow(secret, event_with(s1_data), between()), s1);
  Escrow paid = between();
  paid.x402_mandate = value_of(R"({"amount":"100","asset":"USDC"})");
  EXPECT_EQ(sign_escrow(secret, event_with(s1_data), paid), s2);
}

TEST(Escrow, IsAcceptedInBothPublishedForms) {
  EXPECT_TRUE(verify_escrow(secret, event_with(s1_data), between(), s1));
  const EscrowEvent chained = event_with(R"({"amount":100})");
  EXPECT_TRUE(verify_escrow(secret, chained, between(), s3));
  EXPECT_TRUE(verify_escrow(secret, chained, between(), s4));
  EXPECT_EQ(sign_escrow(secret, chained, between()), s4) << "we sign the whole base only";
}

TEST(Escrow, IsRefusedOnceAnythingItCoversDiffers) {
  EXPECT_FALSE(verify_escrow("other", event_with(s1_data), between(), s1));
  EXPECT_FALSE(verify_escrow(secret, event_with("{}"), between(), s1));
  Escrow other = between();
  other.downstream = "agent_x";
  EXPECT_FALSE(verify_escrow(secret, event_with(s1_data), other, s1));
  EscrowEvent event = event_with(s1_data);
  event.id = "req_x";
  EXPECT_FALSE(verify_escrow(secret, event, between(), s1));
  Escrow paid = between();
  paid.ap2_mandate = value_of(R"({"x":1})");
  EXPECT_FALSE(verify_escrow(secret, event_with(s1_data), paid, s1));
  EXPECT_FALSE(verify_escrow(secret, event_with(s1_data), between(), ""));
  EXPECT_FALSE(verify_escrow(secret, event_with(s1_data), between(), std::string(s1) + "00"));
}

TEST(Escrow, IsOverWhatJavaScriptMakesOfTheData) {
  const EscrowEvent event = event_with(R"({"b": 1.0, "10": "x", "2": "y", "n": 1E5})");
  EXPECT_EQ(chain_base(event, between()),
            R"({"id":"req_abc123","event":"request.approved",)"
            R"("data":{"2":"y","10":"x","b":1,"n":100000},)"
            R"("upstream_agent_id":"agent_up","downstream_agent_id":"agent_down"})");
}

TEST(Escrow, IsReadBackAsItWasKept) {
  Escrow escrow = between();
  escrow.commitment = value_of(R"({"type":"bug_bounty","amount_cents":5,"currency":"EUR"})");
  escrow.ap2_mandate = value_of(R"({"x":1.0})");
  EXPECT_EQ(Escrow::parse(json::compact(escrow.to_json())), escrow);
  EXPECT_EQ(Escrow::parse("{}"), std::nullopt);
  EXPECT_EQ(Escrow::parse("no JSON"), std::nullopt);
}

}  // namespace
}  // namespace lp::evidence
