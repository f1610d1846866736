#include "policy/cases.h"

#include "policy/difference.h"
#include "policy/testing.h"

namespace lp::policy {
namespace {

constexpr std::string_view counted = R"(
version: 1
rules:
  - name: three an hour
    match: { recent: { over: 1h, per: [agent, tool], count: { gte: 3 } } }
    level: high
    rule: { n_of: [2, "role:reviewer"] }
)";

TEST(PolicyCases, RunsARequestAfterThoseBeforeIt) {
  const auto cases = read_cases(R"(
cases:
  - name: the third in an hour
    request: { service: a, action: b, agent: ak_1 }
    earlier: [ { ago: 10m }, { ago: 50m }, { ago: 2h } ]
    expect: { effect: review, level: high, rule: three an hour, people: 2 }
  - name: wrong on purpose
    request: { service: a, action: b, agent: ak_1, facts: { x: 1 } }
    earlier: [ { ago: 10m } ]
    expect: { effect: deny, level: high, people: 2, rule: three an hour }
)");
  ASSERT_TRUE(cases);
  const Policy policy = policy_of(counted);
  EXPECT_TRUE(run_case(policy, cases->at(0)).differences.empty());
  EXPECT_EQ(
      run_case(policy, cases->at(1)).differences,
      (std::vector<std::string>{"effect is review, not deny", "level is medium, not high",
                                "rule is defaults, not three an hour", "people is 1, not 2"}));
}

TEST(PolicyCases, SaysWhereACaseIsWrong) {
  for (const char* text :
       {"cases: 5\n", "cases:\n  - { name: a, request: {}, expect: {} }\n",
        "cases:\n  - { name: a, request: { servise: x }, expect: { effect: deny } }\n",
        "cases:\n  - { name: a, request: { at: now }, expect: { effect: deny } }\n",
        "cases:\n  - { name: a, request: {}, earlier: [ {} ], expect: { effect: deny } }\n",
        "cases:\n  - { name: a, request: {}, expect: { effect: never } }\n"}) {
    const auto cases = read_cases(text);
    ASSERT_FALSE(cases) << text;
    EXPECT_FALSE(cases.error().empty());
  }
}

TEST(PolicyDifference, NamesWhatIsAddedRemovedChangedAndMoved) {
  const Document before = document_of(
      "version: 1\nrules:\n  - { name: a, match: {}, level: low }\n  - { name: b, match: {} }\n"
      "  - { name: c, match: {} }\n");
  const Document after = document_of(
      "version: 1\ndefaults: { level: high }\nrules:\n  - { name: b, match: {} }\n"
      "  - { name: a, match: {}, level: high }\n  - { name: d, match: {} }\n");
  std::string lines;
  for (const Difference& one : differences(before, after)) {
    lines += std::string(one.kind) + ' ' + one.part + '\n';
  }
  EXPECT_EQ(lines,
            "removed rule `c`\nadded defaults\nchanged rule `a`\nadded rule `d`\n"
            "moved rule `b`\nmoved rule `a`\n");
}

}  // namespace
}  // namespace lp::policy
