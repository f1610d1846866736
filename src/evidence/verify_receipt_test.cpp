#include "evidence/verify_receipt.h"

#include <gtest/gtest.h>

#include "evidence/anchor.h"
#include "evidence/receipt_testing.h"

namespace lp::evidence {
namespace {

using testing::Story;
using testing::World;

std::vector<Trust> trust_of(const json::Value& value) {
  auto trust = Trust::parse(json::canonical(value));
  EXPECT_TRUE(trust) << (trust ? "" : trust.error());
  if (!trust) return {};
  return {*trust};
}

// What became of it: "VALID", or the verdict and the check that named it.
std::string outcome(const Receipt& receipt, const std::vector<Trust>& trusts,
                    const Demands& demands = {}) {
  const ReceiptReport report = verify_receipt(receipt.bytes(), trusts, demands);
  std::string text(to_string(report.verdict));
  if (report.check) text += " " + std::string(to_string(*report.check));
  return text;
}

std::string outcome(const Story& story, const Demands& demands = {}) {
  const World world(story);
  return outcome(world.decision(), trust_of(world.trust()), demands);
}

std::vector<testing::Person> two_people() {
  return {{.member = "mem_owner", .seed = testing::owner_seed, .roles = {"owner", "reviewer"}},
          {.member = "mem_second", .seed = 20, .roles = {"reviewer"}}};
}

std::vector<testing::Person> with_passkey() {
  auto people = two_people();
  people[1].key_class = KeyClass::passkey;
  return people;
}

json::Value with_rp(json::Value trust) {
  json::Value party = json::Value::object();
  party.add("rpId", testing::rp_id)
      .add("origins", json::Value::array({json::Value(testing::page_origin)}));
  trust.add("rp", json::Value::array({std::move(party)}));
  return trust;
}

json::Value with_witnesses(json::Value trust, std::uint64_t quorum) {
  json::Value keys = json::Value::array();
  for (const char seed : {testing::witness_seed, static_cast<char>(testing::witness_seed + 10)}) {
    keys.items().emplace_back(
        tlog::CosignerKey::make(World::witness_name(seed), testing::ed25519(seed).public_key())
            .to_string());
  }
  trust.add("witness_policy",
            json::Value::object().add("quorum", quorum).add("witnesses", std::move(keys)));
  return trust;
}

TEST(VerifyReceipt, FindsADecisionOfOneDeviceValid) {
  const World world;
  const ReceiptReport report =
      verify_receipt(world.decision().bytes(), trust_of(world.trust()), {});
  EXPECT_EQ(report.verdict, Finding::valid) << report.text();
  EXPECT_EQ(report.human, HumanClass::device);
  EXPECT_EQ(report.log, LogLevel::logged);
  EXPECT_EQ(report.checks.size(), 19u);
  EXPECT_EQ(report.names, std::vector<std::string>{"mem_owner"});
}

TEST(VerifyReceipt, FindsReviewsAndTheRequestItselfValid) {
  const World world;
  EXPECT_EQ(outcome(world.review(0), trust_of(world.trust())), "VALID");
  EXPECT_EQ(outcome(world.created(), trust_of(world.trust())), "VALID");
}

TEST(VerifyReceipt, FindsARejectionAndAnEditValid) {
  EXPECT_EQ(outcome(Story{.rejects = true}), "VALID");
  EXPECT_EQ(outcome(Story{.edits = true}), "VALID");
  EXPECT_EQ(
      outcome(Story{.people = two_people(), .reviewers = {0, 1}, .demanded = 2, .edits = true}),
      "VALID");
}

TEST(VerifyReceipt, IsIndeterminateWithoutATrustFileForTheOrigin) {
  const World world;
  EXPECT_EQ(outcome(world.decision(), {}), "INDETERMINATE trust");
}

TEST(VerifyReceipt, RefusesWhatIsMarkedTestUnlessAllowed) {
  EXPECT_EQ(outcome(Story{.marks = {"test"}}), "INVALID marks");
  EXPECT_EQ(outcome(Story{.marks = {"test"}}, {.allow_test = true}), "VALID");
}

TEST(VerifyReceipt, TakesAPasskeyOnlyWhereItMayBeUsed) {
  const Story story{.people = with_passkey(), .reviewers = {1}};
  const World world(story);
  EXPECT_EQ(outcome(world.decision(), trust_of(world.trust())), "INDETERMINATE human");
  const auto trusts = trust_of(with_rp(world.trust()));
  EXPECT_EQ(outcome(world.decision(), trusts, {.human = HumanClass::passkey}), "VALID");
  json::Value elsewhere = world.trust();
  json::Value party = json::Value::object();
  party.add("rpId", testing::rp_id)
      .add("origins", json::Value::array({json::Value("https://elsewhere.example")}));
  elsewhere.add("rp", json::Value::array({std::move(party)}));
  EXPECT_EQ(outcome(world.decision(), trust_of(elsewhere)), "INVALID human");
}

TEST(VerifyReceipt, RefusesEveryFaultOfAnAssertion) {
  using Change = std::function<void(std::string&, std::string&)>;
  const auto replace = [](std::string from, std::string to) {
    return [from, to](std::string& client_data, std::string&) {
      const auto at = client_data.find(from);
      ASSERT_NE(at, std::string::npos);
      client_data.replace(at, from.size(), to);
    };
  };
  const auto flags = [](char value) {
    return [value](std::string&, std::string& data) { data[32] = value; };
  };
  const std::vector<std::pair<std::string, Change>> faults = {
      {"type", replace("webauthn.get", "webauthn.create")},
      {"challenge", replace(R"("challenge":")", R"("challenge":"A)")},
      {"page", replace("https://approve", "https://evil.approve")},
      {"cross origin", replace("false", "true")},
      {"top origin", replace(R"("crossOrigin":false)", R"("crossOrigin":false,"topOrigin":null)")},
      {"duplicate", replace(R"("crossOrigin")", R"("type":"webauthn.get","crossOrigin")")},
      {"not present", flags(0x04)},
      {"not verified", flags(0x01)},
      {"attested data", flags(0x45)},
      {"extensions", flags(static_cast<char>(0x85))},
      {"relying party", [](std::string&, std::string& data) { data[0] ^= 1; }},
      {"a byte more", [](std::string&, std::string& data) { data += 'x'; }},
      {"a byte less", [](std::string&, std::string& data) { data.pop_back(); }},
  };
  for (const auto& [name, change] : faults) {
    const World world({.people = with_passkey(), .reviewers = {1}, .passkey = change});
    EXPECT_EQ(outcome(world.decision(), trust_of(with_rp(world.trust()))), "INVALID human") << name;
  }
}

TEST(VerifyReceipt, RefusesACoreThatIsNotWhatTheLogSays) {
  const std::vector<std::function<void(DecisionCore&)>> faults = {
      [](auto& core) { core.aud = "another/p/00"; },
      [](auto& core) { core.request_id = "req_another"; },
      [](auto& core) { core.version = 2; },
      [](auto& core) { core.request_sha256 = {}; },
      [](auto& core) { core.verdict = evidence::Verdict::reject; },
      [](auto& core) { core.payload.commit = crypto::sha256("other"); },
      [](auto& core) { core.payload.commit.reset(); },
      [](auto& core) { core.base = core.payload; },
      [](auto& core) { core.level = Level::low; },
      [](auto& core) { core.policy_sha256 = {}; },
      [](auto& core) { core.roster_sha256 = {}; },
      [](auto& core) { core.rule_sha256 = {}; },
      [](auto& core) { core.reason = Digest{}; },
      [](auto& core) { core.approver = "mem_other"; },
      [](auto& core) { core.key = "other"; },
      [](auto& core) { core.issued_at = core.expires_at; },
      [](auto& core) { core.expires_at = core.issued_at; },
  };
  for (std::size_t i = 0; i < faults.size(); ++i) {
    EXPECT_EQ(outcome(Story{.core = faults[i]}), "INVALID human") << i;
  }
}

TEST(VerifyReceipt, RefusesWhoIsNotInTheRosterOrMayNotReview) {
  auto people = two_people();
  people[1].roles = {"auditor"};
  EXPECT_EQ(outcome(Story{.people = people, .reviewers = {1}}), "INVALID human");
  const World world({.people = two_people(), .reviewers = {1}});
  Receipt receipt = world.decision();
  receipt.humans[0].index = 0;
  EXPECT_EQ(outcome(receipt, trust_of(world.trust())), "INVALID human");
  receipt = world.decision();
  receipt.humans[0].entry.roles.push_back("admin");
  EXPECT_EQ(outcome(receipt, trust_of(world.trust())), "INVALID human");
}

TEST(VerifyReceipt, CountsDistinctPeopleForTheRule) {
  EXPECT_EQ(outcome(Story{.people = two_people(), .reviewers = {0, 1}, .demanded = 2}), "VALID");
  EXPECT_EQ(outcome(Story{.demanded = 2}), "INVALID quorum");
  EXPECT_EQ(outcome(Story{.reviewers = {0, 0}, .demanded = 2}), "INVALID quorum");
  // Saying no never waits for others.
  EXPECT_EQ(outcome(Story{.demanded = 2, .rejects = true}), "VALID");
}

TEST(VerifyReceipt, LeavesRulesThatItDoesNotKnowOpen) {
  const auto set = [](const char* text) {
    return [text](json::Value& rule) { rule = json::parse(text)->root; };
  };
  EXPECT_EQ(outcome(Story{.rule = set(R"({"all":[{"n_of":[1,"role:reviewer"]}]})")}),
            "INDETERMINATE quorum");
  EXPECT_EQ(outcome(Story{.rule = set(R"({"n_of":[1,"oncall:night"]})")}), "INDETERMINATE quorum");
  EXPECT_EQ(outcome(Story{.rule = set(R"({"n_of":[1,"group:finance"]})")}), "INVALID quorum");
  EXPECT_EQ(outcome(Story{.rule = set(R"({"n_of":[1,"member:mem_owner"]})")}), "VALID");
}

TEST(VerifyReceipt, ExcludesTheOwnerOfTheAgentWhereItMatters) {
  Story story{.level = Level::high, .single_operator = false, .agent_owner = "mem_owner"};
  EXPECT_EQ(outcome(story), "INVALID quorum");
  story.rejects = true;
  EXPECT_EQ(outcome(story), "VALID");
  story.rejects = false;
  story.single_operator = true;
  EXPECT_EQ(outcome(story), "VALID");
  EXPECT_EQ(outcome(Story{.single_operator = false, .agent_owner = "mem_owner"}), "VALID");
  EXPECT_EQ(outcome(Story{.level = Level::critical, .edits = true}), "VALID");
  EXPECT_EQ(outcome(Story{.level = Level::critical, .single_operator = false, .edits = true}),
            "INVALID quorum");
}

TEST(VerifyReceipt, RefusesADecisionThatItsReviewsDoNotCarry) {
  const std::vector<std::function<void(Statement&)>> faults = {
      [](auto& said) { said.reviews = {crypto::sha256("another")}; },
      [](auto& said) { said.reviews.clear(); },
      [](auto& said) { said.payload->env_sha256 = crypto::sha256("other"); },
      [](auto& said) { said.request->version = 2; },
      [](auto& said) { said.request->level = Level::low; },
      [](auto& said) { said.type = EventType::decision_rejected; },
      [](auto& said) { said.rule->sha256 = {}; },
  };
  for (std::size_t i = 0; i < faults.size(); ++i) {
    EXPECT_EQ(outcome(Story{.decision = faults[i]}), "INVALID quorum") << i;
  }
}

TEST(VerifyReceipt, RefusesWhatDoesNotMakeSense) {
  EXPECT_EQ(outcome(Story{.decision = [](auto& said) { said.verdict = Verdict::reject; }}),
            "INVALID semantics");
  EXPECT_EQ(outcome(Story{.decision = [](auto& said) { said.time = testing::start; }}),
            "INVALID semantics");
  EXPECT_EQ(outcome(Story{.decision = [](auto& said) { said.actor.id = "mem_other"; }}),
            "INVALID semantics");
  const World world;
  Receipt receipt = world.created();
  receipt.descriptor.reset();
  EXPECT_EQ(outcome(receipt, trust_of(world.trust())), "INVALID semantics");
  receipt = world.created();
  receipt.document = "a document";
  EXPECT_EQ(outcome(receipt, trust_of(world.trust())), "INVALID semantics");
}

TEST(VerifyReceipt, DemandsPeopleWhereAPolicySaysSo) {
  const auto by_policy = [](Statement& said) {
    said.actor = {
        .id = "policy:default", .kind = ActorKind::policy, .method = ActorMethod::rule, .key = {}};
    said.reviews.clear();
  };
  const World world({.decision = by_policy});
  Receipt receipt = world.decision();
  receipt.humans.clear();
  receipt.reviews.clear();
  receipt.rule.reset();
  EXPECT_EQ(outcome(receipt, trust_of(world.trust())), "INVALID requirement");
}

TEST(VerifyReceipt, RefusesALogThatIsNotTheTrustedOne) {
  const World world;
  json::Value other = world.trust();
  for (auto& [name, value] : other.members()) {
    if (name != "log_vkeys") continue;
    value = json::Value::array(
        {json::Value(tlog::VerifierKey::make(testing::log_origin, testing::ed25519(77).public_key())
                         .to_string())});
  }
  EXPECT_EQ(outcome(world.decision(), trust_of(other)), "INVALID checkpoint");
}

TEST(VerifyReceipt, RefusesARosterThatIsNotTheTrustedOne) {
  const World world;
  json::Value other = world.trust();
  for (auto& [name, value] : other.members()) {
    if (name == "roster_genesis_sha256") value = json::Value(crypto::sha256("other").hex());
  }
  EXPECT_EQ(outcome(world.decision(), trust_of(other)), "INVALID roster");
  other.add("roster_sha256", json::Value::array({json::Value(world.head().sha256().hex())}));
  EXPECT_EQ(outcome(world.decision(), trust_of(other)), "VALID");
}

TEST(VerifyReceipt, HoldsKeysToTheirRanges) {
  EXPECT_EQ(outcome(Story{.head = [](auto& head) { head.issuer[0].to = 2; }}),
            "INVALID issuer_range");
  EXPECT_EQ(outcome(Story{.head = [](auto& head) { head.log[0].from = 1'000; }}),
            "INVALID checkpoint");
}

TEST(VerifyReceipt, CountsWitnessesOfThePolicyOnly) {
  const World world;
  const auto trusts = trust_of(with_witnesses(world.trust(), 1));
  const Demands witnessed{.log = LogLevel::witnessed};
  EXPECT_EQ(outcome(world.decision(), trusts, witnessed), "INDETERMINATE requirement");
  Receipt receipt = world.decision();
  World::cosign(receipt.logged.proof, testing::witness_seed, testing::start + 300'000);
  EXPECT_EQ(outcome(receipt, trusts, witnessed), "VALID");
  EXPECT_EQ(outcome(receipt, trust_of(with_witnesses(world.trust(), 2)), witnessed),
            "INDETERMINATE requirement");
  EXPECT_EQ(outcome(receipt, trust_of(world.trust())), "INDETERMINATE witnesses");
  World::cosign(receipt.logged.proof, 99, testing::start + 300'000);
  EXPECT_EQ(outcome(receipt, trusts, witnessed), "INDETERMINATE witnesses");
}

TEST(VerifyReceipt, RefusesAWitnessFromBeforeTheEvent) {
  const World world;
  Receipt receipt = world.decision();
  World::cosign(receipt.logged.proof, testing::witness_seed, testing::start + -600'000);
  EXPECT_EQ(outcome(receipt, trust_of(with_witnesses(world.trust(), 1))), "INVALID witnesses");
}

// The same decision, with its checkpoint in a root log of one entry.
Receipt anchored(const World& world) {
  Receipt receipt = world.decision();
  const std::string entry = anchor_leaf(world.checkpoint());
  const tlog::Checkpoint root{testing::root_origin, 1, tlog::leaf_hash(entry)};
  receipt.anchor = AnchorProof{
      entry,
      {.extra = {},
       .index = 0,
       .path = {},
       .checkpoint = tlog::sign_checkpoint(root, testing::ed25519(testing::root_seed))}};
  return receipt;
}

TEST(VerifyReceipt, FollowsAnAnchorToATrustedRootOnly) {
  const World world;
  Receipt receipt = anchored(world);
  EXPECT_EQ(outcome(receipt, trust_of(world.trust())), "INDETERMINATE anchor");
  json::Value trust = with_witnesses(world.trust(), 1);
  const std::string vkey =
      tlog::VerifierKey::make(testing::root_origin,
                              testing::ed25519(testing::root_seed).public_key())
          .to_string();
  trust.add("root", json::Value::object()
                        .add("origin", testing::root_origin)
                        .add("log_vkeys", json::Value::array({json::Value(vkey)})));
  EXPECT_EQ(outcome(receipt, trust_of(trust)), "VALID");
  World::cosign(receipt.anchor->proof, testing::witness_seed, testing::start + 300'000);
  EXPECT_EQ(outcome(receipt, trust_of(trust), {.log = LogLevel::witnessed}), "VALID");
  receipt.anchor->entry.back() ^= 1;
  EXPECT_EQ(outcome(receipt, trust_of(trust)), "INVALID anchor");
}

TEST(VerifyReceipt, SaysErasedOnlyWhereAnOwnerSignedSo) {
  World world;
  const auto [performed, gone] = world.erased();
  const auto trusts = trust_of(world.trust());
  EXPECT_EQ(outcome(performed, trusts), "VALID");
  EXPECT_EQ(outcome(gone, trusts), "ERASED");
  EXPECT_EQ(outcome(gone, {}), "INVALID erasure");
  Receipt unsigned_one = gone;
  unsigned_one.erasure[0].owners.clear();
  EXPECT_EQ(outcome(unsigned_one, trusts), "INVALID erasure");
  Receipt other = gone;
  other.logged.leaf = performed.logged.leaf;
  other.logged.proof = performed.logged.proof;
  EXPECT_EQ(outcome(other, trusts), "INVALID erasure");
}

TEST(VerifyReceipt, ChecksTheAgentsOwnSignature) {
  World world;
  using namespace std::string_view_literals;
  const auto key = testing::ed25519(testing::agent_seed);
  AgentProof agent{
      .base = "\"@method\": POST",
      .key = std::string("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"sv) + key.public_key(),
      .salt = testing::salt_of('A'),
      .sig = key.sign("\"@method\": POST")};
  Statement asked = world.statement_of_decision();
  asked.type = EventType::request_created;
  asked.stream = {.id = testing::request_id, .seq = 0, .prev = {}};
  asked.verdict.reset();
  asked.reviews.clear();
  asked.strength = "httpsig";
  asked.actor = {.id = "agent_1",
                 .kind = ActorKind::agent,
                 .method = ActorMethod::httpsig,
                 .key = key_id(agent.key)};
  asked.evidence = {{"agent_signature", crypto::sha256(json::canonical(agent.evidence_entry()))}};
  Receipt receipt = world.more(asked);
  receipt.agent = agent;
  EXPECT_EQ(outcome(receipt, trust_of(world.trust())), "VALID");
  receipt.agent->sig[0] ^= 1;
  EXPECT_EQ(outcome(receipt, trust_of(world.trust())), "INVALID agent");
}

TEST(VerifyReceipt, TellsPeopleWhatItFound) {
  const World world;
  const auto report = verify_receipt(world.decision().bytes(), trust_of(world.trust()), {});
  EXPECT_NE(report.text().find("VALID: this happened as stated"), std::string::npos);
  const auto unread = verify_receipt("nothing", {}, {});
  EXPECT_NE(unread.text().find("INVALID: do not rely on this file."), std::string::npos);
  const json::Value said = unread.to_json();
  EXPECT_EQ(said.find_string("check"), "parse");
  EXPECT_EQ(said.find("type"), nullptr);
}

// Whatever byte is changed, taken away or doubled: never VALID.
TEST(VerifyReceipt, NeverFindsAChangedReceiptValid) {
  const World world({.people = with_passkey(), .reviewers = {1}});
  const auto trusts = trust_of(with_rp(world.trust()));
  const std::string bytes = world.decision().bytes();
  ASSERT_EQ(verify_receipt(bytes, trusts, {}).verdict, Finding::valid);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ (1 << (at % 7)));
    ASSERT_NE(verify_receipt(changed, trusts, {}).verdict, Finding::valid) << "flipped " << at;
    if (at % 16 != 0) continue;
    changed = bytes;
    changed.erase(at, 1 + at % 40);
    ASSERT_NE(verify_receipt(changed, trusts, {}).verdict, Finding::valid) << "cut " << at;
    changed = bytes;
    changed.insert(at, bytes.substr(at, 1 + at % 40));
    ASSERT_NE(verify_receipt(changed, trusts, {}).verdict, Finding::valid) << "doubled " << at;
  }
}

}  // namespace
}  // namespace lp::evidence
