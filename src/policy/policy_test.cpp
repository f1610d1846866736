#include "policy/policy.h"

#include <set>

#include "json/parse.h"
#include "json/write.h"
#include "policy/testing.h"
#include "policy/window_counts.h"

namespace lp::policy {
namespace {

constexpr std::string_view payments = R"(
version: 1
tools:
  - { service: stripe, action: refund,
      facts: { amount: { from: /amount }, currency: { from: /currency } } }
  - { service: db, action: sql, facts: { verb: { from: /verb } } }
  - { service: iam, action: grant, level: high }
  - { service: docs, action: read }
defaults: { level: medium, decide_by: 24h, rule: { n_of: [1, "role:reviewer"] } }
unknown_tool: { level: high }
rules:
  - name: refunds above 500
    match: { service: stripe, action: refund, facts: { amount: { gt: 500 }, currency: EUR } }
    level: high
    decide_by: 4h
    rule: { n_of: [2, "group:finance"] }
  - name: never drop databases
    match: { service: db, action: sql, facts: { verb: [DROP, TRUNCATE] } }
    effect: deny
  - name: reading is free
    match: { service: docs, action: read }
    effect: allow
  - name: granting is free
    match: { service: iam, action: grant }
    effect: allow
)";

Ruling ask(const Policy& policy, std::string_view service, std::string_view action,
           const std::string& facts = "{}", const History* history = nullptr) {
  const auto document = json::parse(facts);
  EXPECT_TRUE(document);
  return policy.rule_on({.service = service,
                         .action = action,
                         .agent = "ak_1",
                         .proof = "hmac",
                         .facts = &document->root,
                         .now = {1'772'442'000'000}},
                        history);
}

TEST(Policy, GivesTheFirstRuleThatCertainlyMatches) {
  const Policy policy = policy_of(payments);
  const Ruling high = ask(policy, "stripe", "refund", R"({"amount":501,"currency":"EUR"})");
  EXPECT_EQ(high.effect, Effect::review);
  EXPECT_EQ(high.level, Level::high);
  EXPECT_EQ(policy.rule_name(high), "refunds above 500");
  EXPECT_EQ(json::canonical(policy.quorum(high)), R"({"n_of":[2,"group:finance"]})");
  EXPECT_EQ(high.decide_by_ms, 4 * 3'600'000);

  const Ruling small = ask(policy, "stripe", "refund", R"({"amount":500,"currency":"EUR"})");
  EXPECT_EQ(small.level, Level::medium);
  EXPECT_EQ(policy.rule_name(small), "defaults");
  EXPECT_EQ(small.decide_by_ms, 24 * 3'600'000);

  EXPECT_EQ(ask(policy, "db", "sql", R"({"verb":"DROP"})").effect, Effect::deny);
  EXPECT_EQ(ask(policy, "db", "sql", R"({"verb":"SELECT"})").effect, Effect::review);
  EXPECT_EQ(ask(policy, "docs", "read").effect, Effect::allow);
}

TEST(Policy, TakesConditionsForOneOnlyWhenTheyAskTheSame) {
  const Document document = document_of(R"(
version: 1
rules:
  - { name: one, match: { environment: [a, b] }, level: high }
  - { name: two, match: { service: s, environment: [b, a] }, level: high }
  - { name: three, match: { environment: [a, c] }, level: high }
  - { name: four, match: { priority: [a, b] }, level: high }
  - { name: five, match: { environment: { not_in: [a, b] } }, level: high }
  - { name: six, match: { time: { within: { zone: UTC, days: [mon] } } }, level: high }
  - { name: seven, match: { time: { within: { zone: UTC, days: [tue] } } }, level: high }
  - { name: eight, match: { time: { within: { zone: Europe/Berlin, days: [mon] } } }, level: high }
  - { name: nine, match: { time: { within: { zone: UTC, days: [mon] } } }, level: high }
)");
  const std::set<std::pair<std::size_t, std::size_t>> same = {{0, 1}, {5, 8}};
  for (std::size_t i = 0; i < document.rules.size(); ++i) {
    for (std::size_t k = i + 1; k < document.rules.size(); ++k) {
      const Condition& one = document.rules[i].conditions.back();
      EXPECT_EQ(one.asks_same(document.rules[k].conditions.back()), same.contains({i, k}))
          << document.rules[i].name << ' ' << document.rules[k].name;
    }
  }
}

TEST(Policy, IsStrictestWhereAFactIsAbsentOrOfAnotherKind) {
  const Policy policy = policy_of(payments);
  for (const char* facts :
       {"{}", R"({"amount":"501","currency":"EUR"})", R"({"amount":null})", R"({"amount":501})"}) {
    const Ruling ruling = ask(policy, "stripe", "refund", facts);
    EXPECT_EQ(ruling.level, Level::high) << facts;
    EXPECT_TRUE(ruling.by_defaults) << facts;
    EXPECT_EQ(policy.rule_name(ruling), "refunds above 500") << facts;
    EXPECT_EQ(json::canonical(policy.quorum(ruling)), R"({"n_of":[2,"group:finance"]})") << facts;
  }
  EXPECT_EQ(ask(policy, "db", "sql").effect, Effect::deny);
}

TEST(Policy, HoldsUnknownToolsAndFloorsAboveWhatARuleAllows) {
  const Policy policy = policy_of(payments);
  const Ruling unknown = ask(policy, "stripe", "payout");
  EXPECT_EQ(unknown.effect, Effect::review);
  EXPECT_EQ(unknown.level, Level::high);
  EXPECT_EQ(policy.rule_name(unknown), "unknown_tool");
  const Ruling floored = ask(policy, "iam", "grant");
  EXPECT_EQ(floored.effect, Effect::review);
  EXPECT_EQ(floored.level, Level::high);
  EXPECT_TRUE(floored.raised_to_floor);
}

TEST(Policy, LetsAgentDataStandOnlyUnderFactsAndPayload) {
  const Policy policy = policy_of(payments);
  const Ruling ruling =
      ask(policy, "db", "sql", R"({"service":"docs","action":"read","verb":"DROP"})");
  EXPECT_EQ(ruling.effect, Effect::deny);
  const Policy by_fact = policy_of(
      "version: 1\nrules:\n  - { name: a, match: { agent: ak_other }, level: critical }\n");
  EXPECT_EQ(ask(by_fact, "x", "y", R"({"agent":"ak_other"})").level, Level::medium);
}

// A compromised agent says what suits it. What only it says can raise a ruling and not lower it; a
// fact with a source is recomputed by the approver's device and the executor.
TEST(Policy, GivesALyingAgentNothing) {
  const Policy policy = policy_of(R"(
version: 1
rules:
  - { name: staging is quick, match: { environment: staging }, level: medium }
  - { name: test facts, match: { facts: { test: true } }, level: medium }
  - { name: production, match: { environment: production }, level: critical }
  - { name: deploys, match: { service: ci, action: deploy }, level: high }
)");
  Asked asked{.service = "ci", .action = "deploy", .environment = "staging", .now = {}};
  const auto facts = json::parse(R"({"test":true})");
  asked.facts = &facts->root;
  EXPECT_EQ(policy.rule_on(asked, nullptr).level, Level::high);
  asked.environment = "production";
  EXPECT_EQ(policy.rule_on(asked, nullptr).level, Level::critical);
  asked.environment = "";
  EXPECT_EQ(policy.rule_on(asked, nullptr).level, Level::critical);

  for (const char* rule :
       {"match: { service: a, action: b, facts: { ok: true } }, effect: allow",
        "match: { service: a, action: b, environment: test }, effect: allow",
        "match: { service: a, action: b, payload: { /ok: true } }, effect: allow",
        "match: { service: a, action: b, priority: low }, level: low",
        "match: { service: a, action: b, facts: { amount: { lt: 5 } } }, level: low"}) {
    const std::string text =
        "version: 1\ntools: [ { service: a, action: b, facts: { amount: { from: /amount } } } ]\n"
        "rules:\n  - { name: r, " +
        std::string(rule) + " }\n";
    EXPECT_NE(problems_of(text).find("allow_on_unverified_fact"), std::string::npos) << rule;
  }
  EXPECT_NE(problems_of("version: 1\nrules:\n  - { name: r, match: { service: a, agent: ak_1 }, "
                        "effect: allow }\n")
                .find("allow_on_unproven_agent"),
            std::string::npos);
}

TEST(Policy, IsNotCertainOfAServiceThatIsComparedWithANumber) {
  const Policy policy = policy_of(
      "version: 1\ntools: [ { service: a, action: b } ]\nrules:\n"
      "  - { name: r, match: { service: 5 }, level: medium }\n"
      "  - { name: s, match: { service: a }, level: high }\n");
  EXPECT_EQ(ask(policy, "a", "b").level, Level::high);
}

TEST(Policy, AllowsOnSourcedFactsOnlyWhereTheExecutorVerifiesThem) {
  const std::string text =
      "version: 1\ntools: [ { service: a, action: b, facts: { amount: { from: /amount } } } ]\n"
      "rules:\n  - { name: r, match: { service: a, action: b, facts: { amount: { lt: 5 } } }, "
      "effect: allow, verify_facts: true }\n";
  const Policy policy = policy_of(text);
  EXPECT_EQ(ask(policy, "a", "b", R"({"amount":4.99})").effect, Effect::allow);
  EXPECT_EQ(ask(policy, "a", "b", R"({"amount":5})").effect, Effect::review);
  EXPECT_EQ(ask(policy, "a", "b").effect, Effect::review);
}

TEST(Policy, CountsAndAddsUpOverAWindowThisRequestIncluded) {
  const Policy policy = policy_of(R"(
version: 1
tools: [ { service: stripe, action: refund,
           facts: { amount: { from: /amount }, customer: { from: /customer } } } ]
rules:
  - name: many small refunds
    match: { recent: { over: 1h, per: [agent, tool, facts.customer],
                       sum: { facts.amount: { gt: 1000 } } } }
    level: critical
  - name: many refunds
    match: { recent: { over: 1h, per: [agent, tool], count: { gte: 4 } } }
    level: high
)");
  WindowCounts history;
  const auto facts = json::parse(R"({"amount":-400,"customer":"c1"})");
  Asked asked{.service = "stripe",
              .action = "refund",
              .agent = "ak_1",
              .facts = &facts->root,
              .now = {10'000'000}};
  const auto step = [&] {
    const Ruling ruling = policy.rule_on(asked, &history);
    history.add(policy.window_entries(asked), asked.now);
    return ruling.level;
  };
  EXPECT_EQ(step(), Level::medium);
  EXPECT_EQ(step(), Level::medium);
  EXPECT_EQ(step(), Level::critical);  // 1,200 in an hour, whatever sign the agent gives it
  const auto other = json::parse(R"({"amount":1,"customer":"c2"})");
  asked.facts = &other->root;
  EXPECT_EQ(step(), Level::high);  // the fourth
  asked.now = asked.now + 3'600'000;
  EXPECT_EQ(step(), Level::medium);
  history.forget_before(asked.now);
  EXPECT_EQ(history.size(), 2u);
  EXPECT_EQ(policy.rule_on(asked, nullptr).level, Level::critical);  // nobody counted
}

// Two rules that may apply ask two people each: those of the stricter level do, and where both are
// as strict, all four.
TEST(Policy, AsksThePeopleOfTheStricterOfTwoPossibleRules) {
  const auto asks = [](const std::string& level) {
    const Policy policy = policy_of(
        "version: 1\nrules:\n"
        "  - { name: a, match: { facts: { x: 1 } }, level: critical, rule: { n_of: [2, a] } }\n"
        "  - { name: b, match: { facts: { x: 2 } }, level: " +
        level +
        ", rule: { n_of: [2, b] } }\n"
        "  - { name: c, match: { facts: { x: 2 } }, level: high, rule: { n_of: [1, c] } }\n");
    const Ruling ruling = ask(policy, "s", "a");
    EXPECT_EQ(ruling.level, Level::critical);
    return json::canonical(policy.quorum(ruling));
  };
  EXPECT_EQ(asks("high"), R"({"n_of":[2,"a"]})");
  EXPECT_EQ(asks("critical"), R"({"all":[{"n_of":[2,"a"]},{"n_of":[2,"b"]}]})");
}

TEST(Policy, KnowsTheHoursOfAPlace) {
  const Policy policy = policy_of(R"(
version: 1
rules:
  - name: outside office hours
    match:
      service: ci
      time: { outside: { zone: Europe/Berlin, days: [mon, tue, wed, thu, fri],
                         from: "08:00", to: "18:00" } }
    level: critical
  - name: night shift
    match:
      service: night
      time: { within: { zone: UTC, days: [fri], from: "22:00", to: "06:00" } }
    level: critical
)");
  const auto level = [&policy](std::string_view service, std::string_view at) {
    return policy.rule_on({.service = service, .action = "x", .now = *parse_instant(at)}, nullptr)
        .level;
  };
  EXPECT_EQ(level("ci", "2026-03-02T07:00:00.000Z"), Level::medium);  // Monday 08:00
  EXPECT_EQ(level("ci", "2026-03-02T06:59:59.999Z"), Level::critical);
  EXPECT_EQ(level("ci", "2026-07-06T16:00:00.000Z"), Level::critical);  // Monday 18:00 in summer
  EXPECT_EQ(level("ci", "2026-03-07T12:00:00.000Z"), Level::critical);  // Saturday
  EXPECT_EQ(level("night", "2026-03-06T23:00:00.000Z"), Level::critical);
  EXPECT_EQ(level("night", "2026-03-07T05:59:00.000Z"), Level::critical);
  EXPECT_EQ(level("night", "2026-03-07T06:00:00.000Z"), Level::medium);
  EXPECT_EQ(level("night", "2026-03-06T05:00:00.000Z"), Level::medium);
}

TEST(Policy, ExplainsEveryRuling) {
  const Policy policy = policy_of(payments);
  const Ruling ruling = ask(policy, "stripe", "refund", R"({"amount":501})");
  EXPECT_EQ(json::compact(policy.explain(ruling)),
            R"({"effect":"review","level":"high","rule":"refunds above 500","sha256":")" +
                policy.document().sha256.hex() +
                R"(","rules":[{"name":"refunds above 500","certain":false,"conditions":[)"
                R"({"is":"service is \"stripe\"","certain":true},)"
                R"({"is":"action is \"refund\"","certain":true},)"
                R"({"is":"facts.amount > 500","certain":true},)"
                R"({"is":"facts.currency is \"EUR\"","certain":false}]}],)"
                R"("defaults":true,"quorum":{"n_of":[2,"group:finance"]}})");
}

TEST(Policy, HashesWhatItSaysNotHowItIsWritten) {
  const Document yaml = document_of("version: 1\ndefaults: {level: high}\n");
  const Document json = document_of(R"({"defaults":{"level":"high"},"version":1})");
  EXPECT_EQ(yaml.sha256, json.sha256);
}

TEST(Policy, SaysWhereADocumentIsWrongAndWhatToWrite) {
  const std::pair<const char*, const char*> wrong[] = {
      {"version: 2\n", "line 1, column 10: The version of the policy language is 1."},
      {"rules: []\n", "a policy must have `version`"},
      {"version: 1\nrulez: []\n", "line 2, column 1: `rulez` is not known here"},
      {"version: 1\nrules:\n  - name: a\n    match: { servise: x }\n",
       "line 4, column 14: `servise` is not known here"},
      {"version: 1\nrules:\n  - { name: a, match: {}, level: urgent }\n", "A level is low"},
      {"version: 1\nrules:\n  - { name: a, match: {}, level: none }\n", "A level is low"},
      {"version: 1\nrules:\n  - { name: a, match: {}, effect: maybe }\n", "An effect is"},
      {"version: 1\nrules:\n  - { name: a, match: {}, effect: allow }\n", "allow_everything"},
      {"version: 1\nrules:\n  - { name: a, match: { service: x }, effect: deny, level: high }\n",
       "Nobody is asked"},
      {"version: 1\nrules:\n  - { name: a, match: {} }\n  - { name: a, match: {} }\n",
       "A rule of the name `a` stands in line 3"},
      {"version: 1\nrules:\n  - { name: a, match: {}, rule: { n_of: [0, \"role:reviewer\"] } }\n",
       "line 3, column 42: At least one person."},
      {"version: 1\nrules:\n  - { name: a, match: { facts: { x: { gt: 5, lt: 4 } } } }\n",
       "holds for no value"},
      {"version: 1\nrules:\n  - { name: a, match: { time: { within: { zone: Mars/Base } } } }\n",
       "no time zone `Mars/Base`"},
      {"version: 1\nrules:\n  - { name: a, match: { recent: { over: 1h, per: [agent] } } }\n",
       "either a `count` or a `sum`"},
      {"version: 1\ndefaults: { decide_by: 24 }\n", "is a time such as"},
      {"version: 1\nunknown_tool: { level: high }\n", "Without a list of `tools`"},
      {"version: 1\ntools: [ { service: a } ]\n", "a tool must have `action`"},
      {"version: 1\ntools: [ { service: a, action: b, facts: { x: { from: amount } } } ]\n",
       "JSON Pointer"}};
  for (const auto& [text, sentence] : wrong) {
    EXPECT_NE(problems_of(text).find(sentence), std::string::npos)
        << text << " -> " << problems_of(text);
  }
}

}  // namespace
}  // namespace lp::policy
