#include "evidence/decision_core.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"

namespace lp::evidence {
namespace {

DecisionCore example() {
  DecisionCore core;
  core.aud = "log.example/p/00112233445566778899aabbccddeeff";
  core.request_id = "req_1";
  core.version = 2;
  core.request_sha256 = crypto::sha256("request");
  core.verdict = Verdict::approve;
  core.payload = {.kind = "v2",
                  .env_sha256 = crypto::sha256("envelope"),
                  .commit = crypto::sha256("commit"),
                  .kid = "0011223344556677"};
  core.level = Level::high;
  core.policy_sha256 = crypto::sha256("policy");
  core.roster_sha256 = crypto::sha256("roster");
  core.rule_sha256 = crypto::sha256("rule");
  core.dwell_ms = 2100;
  core.approver = "mem_1";
  core.key = std::string(64, 'c');
  core.nonce = "AAECAwQFBgcICQoLDA0ODw==";
  core.issued_at = *parse_instant("2026-03-01T12:00:00.000Z");
  core.expires_at = *parse_instant("2026-03-01T12:02:00.000Z");
  return core;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(DecisionCore, IsCanonical) {
  EXPECT_EQ(example().bytes(),
            R"({"approver":"mem_1","aud":"log.example/p/00112233445566778899aabbccddeeff",)"
            R"("dwell_ms":2100,"expires_at":"2026-03-01T12:02:00.000Z",)"
            R"("issued_at":"2026-03-01T12:00:00.000Z","key":")" +
                std::string(64, 'c') +
                R"(","level":"high","nonce":"AAECAwQFBgcICQoLDA0ODw==","payload":{"commit":")" +
                crypto::sha256("commit").hex() + R"(","env_sha256":")" +
                crypto::sha256("envelope").hex() +
                R"(","kid":"0011223344556677","kind":"v2"},"policy_sha256":")" +
                crypto::sha256("policy").hex() + R"(","request_id":"req_1","request_sha256":")" +
                crypto::sha256("request").hex() + R"(","roster_sha256":")" +
                crypto::sha256("roster").hex() + R"(","rule_sha256":")" +
                crypto::sha256("rule").hex() + R"(","v":1,"verdict":"approve","version":2})");
}

TEST(DecisionCore, ReadsBackEveryMember) {
  DecisionCore core = example();
  core.base = PayloadRef{.kind = "v1",
                         .env_sha256 = crypto::sha256("old"),
                         .commit = crypto::sha256("old commit"),
                         .kid = std::nullopt};
  core.display = crypto::sha256("display");
  core.reason = crypto::sha256("reason");
  const auto read = DecisionCore::parse(core.bytes());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->bytes(), core.bytes());
  EXPECT_EQ(read->base, core.base);
  EXPECT_EQ(read->display, core.display);
  EXPECT_EQ(read->reason, core.reason);
  EXPECT_EQ(read->level, Level::high);
  EXPECT_EQ(read->expires_at, core.expires_at);
}

TEST(DecisionCore, ReadsARejectionOfWhatWasNotDecrypted) {
  DecisionCore core = example();
  core.verdict = Verdict::reject;
  core.payload.commit.reset();
  const auto read = DecisionCore::parse(core.bytes());
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->payload.commit);
}

TEST(DecisionCore, RefusesWhatItWouldNotWrite) {
  const std::string good = example().bytes();
  ASSERT_TRUE(DecisionCore::parse(good));
  const std::pair<std::string_view, std::string_view> changes[] = {
      {R"("v":1)", R"("v":2)"},
      {R"("v":1,)", ""},
      {R"("v":1)", R"("u":1,"v":1)"},
      {R"({"approver")", R"({ "approver")"},
      {R"("mem_1")", R"("")"},
      {R"("mem_1")", R"(null)"},
      {R"("mem_1")", R"("m\u0065m_1")"},
      {R"("req_1")", R"("")"},
      {R"("version":2)", R"("version":0)"},
      {R"("version":2)", R"("version":2.0)"},
      {R"("version":2)", R"("version":9007199254740992)"},
      {R"("dwell_ms":2100)", R"("dwell_ms":-1)"},
      {R"("dwell_ms":2100)", R"("dwell_ms":"2100")"},
      {R"("verdict":"approve")", R"("verdict":"approved")"},
      {R"("level":"high")", R"("level":"highest")"},
      {R"("kind":"v2")", R"("kind":"v1")"},
      {"2026-03-01T12:00:00.000Z", "2026-03-01T12:00:00Z"},
      {"2026-03-01T12:00:00.000Z", "2026-02-30T12:00:00.000Z"},
      {"AAECAwQFBgcICQoLDA0ODw==", "AAECAwQFBgcICQoLDA0ODx=="},
      {"AAECAwQFBgcICQoLDA0ODw==", ""},
      {R"("approver")", R"("Approver")"},
      {R"("payload":{)", R"("payload":{"a":1,)"},
  };
  for (const auto& [from, to] : changes) {
    EXPECT_FALSE(DecisionCore::parse(replaced(good, from, to))) << from << " → " << to;
  }
  EXPECT_FALSE(DecisionCore::parse(good + "\n"));
  EXPECT_FALSE(DecisionCore::parse("[]"));
  EXPECT_FALSE(DecisionCore::parse(""));
}

TEST(DecisionCore, RefusesABaseBesideAnythingButAnApproval) {
  DecisionCore core = example();
  core.base = core.payload;
  const std::string good = core.bytes();
  ASSERT_TRUE(DecisionCore::parse(good));
  EXPECT_FALSE(
      DecisionCore::parse(replaced(good, R"("verdict":"approve")", R"("verdict":"reject")")));
  EXPECT_FALSE(DecisionCore::parse(replaced(good, R"("base":{)", R"("base":{"a":1,)")));
}

TEST(DecisionCore, HasNoByteThatMeansNothing) {
  const std::string good = example().bytes();
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    const auto core = DecisionCore::parse(bad);
    if (core) EXPECT_EQ(core->bytes(), bad) << i;
  }
}

TEST(DecisionCore, SignsUnderATagOfItsOwn) {
  EXPECT_EQ(device_signing_bytes("core"), std::string("lp-decision-device/1\0core", 25));
  EXPECT_EQ(login_signing_bytes("body"), std::string("lp-login/1\0body", 15));
}

}  // namespace
}  // namespace lp::evidence
