#include "policy/lint.h"

#include "policy/testing.h"

namespace lp::policy {
namespace {

std::string findings(std::string_view rules, std::string_view tools = "") {
  std::string codes;
  for (const Finding& finding :
       lint(document_of("version: 1\n" + std::string(tools) + "rules:\n" + std::string(rules)))) {
    codes += std::string(finding.code) + ' ' + std::to_string(finding.at.line) + '\n';
  }
  return codes;
}

TEST(PolicyLint, FindsARuleThatNeverDecides) {
  EXPECT_EQ(findings("  - { name: a, match: { service: db }, level: high }\n"
                     "  - { name: b, match: { service: db, action: drop }, effect: deny }\n"),
            "unreachable 4\n");
  EXPECT_EQ(findings("  - { name: a, match: { service: db, action: drop }, effect: deny }\n"
                     "  - { name: b, match: { service: db }, level: high }\n"),
            "");
}

TEST(PolicyLint, FindsAStricterRuleBehindAMilderOne) {
  EXPECT_EQ(findings("  - { name: a, match: { service: db, agent: ak_1 }, level: medium }\n"
                     "  - { name: b, match: { service: db, action: drop }, effect: deny }\n"),
            "shadowed 4\n");
  EXPECT_EQ(findings("  - { name: a, match: { service: db, action: read }, level: medium }\n"
                     "  - { name: b, match: { service: db, action: drop }, effect: deny }\n"),
            "");
  // What only the agent says ends no walk, so it takes nothing from the rules behind it.
  EXPECT_EQ(findings("  - { name: a, match: { service: db, environment: test }, level: medium }\n"
                     "  - { name: b, match: { service: db }, level: high }\n"),
            "");
}

TEST(PolicyLint, FindsWhatIsMeantMoreNarrowly) {
  EXPECT_EQ(findings("  - { name: a, match: { action: read }, effect: allow }\n"),
            "over_broad 3\n");
  EXPECT_EQ(findings("  - { name: a, match: { service: { glob: \"*\" } }, effect: deny }\n"),
            "over_broad 3\n");
}

TEST(PolicyLint, FindsFactsAndToolsThatNobodyListed) {
  const std::string_view tools = "tools: [ { service: a, action: b } ]\n";
  EXPECT_EQ(
      findings("  - { name: r, match: { service: a, action: b, facts: { x: 1 } }, level: high }\n",
               tools),
      "unsourced_fact 4\n");
  EXPECT_EQ(findings("  - { name: r, match: { service: a, action: c }, level: high }\n", tools),
            "tool_not_listed 4\n");
}

}  // namespace
}  // namespace lp::policy
