// The policies that stand in packaging/policies do what their cases say, and have nothing to lint.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "approval/quorum.h"
#include "base/file.h"
#include "policy/cases.h"
#include "policy/lint.h"

namespace lp::approval {
namespace {

std::string text_of(const std::string& path) {
  auto text = read_file(path, policy::text_bytes_max);
  EXPECT_TRUE(text) << path;
  return text.value_or("");
}

policy::Ports ports() {
  return {.quorum = read_quorum, .zones = [](std::string_view name) -> std::optional<std::string> {
            return text_of("/usr/share/zoneinfo/" + std::string(name));
          }};
}

std::string told(const policy::Problems& problems) {
  std::string lines;
  for (const auto& problem : problems) lines += to_string(problem) + '\n';
  return lines;
}

std::vector<std::string> names() {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(LP_STARTER_POLICIES)) {
    const std::string path = entry.path();
    if (path.ends_with(".yaml") && !path.ends_with(".cases.yaml")) {
      found.push_back(path.substr(0, path.size() - 5));
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

TEST(StarterPolicies, DoWhatTheirCasesSay) {
  ASSERT_EQ(names().size(), 6u);
  for (const std::string& name : names()) {
    auto document = policy::read_document(text_of(name + ".yaml"), ports());
    ASSERT_TRUE(document) << name << '\n' << told(document.error());
    for (const auto& finding : policy::lint(*document)) {
      ADD_FAILURE() << name << ':' << finding.at.line << ": " << finding.sentence;
    }
    const auto compiled = policy::Policy::compile(*std::move(document));
    ASSERT_TRUE(compiled) << name;
    const auto cases = policy::read_cases(text_of(name + ".cases.yaml"));
    ASSERT_TRUE(cases) << name << '\n' << told(cases.error());
    for (const policy::Case& one : *cases) {
      for (const auto& difference : policy::run_case(*compiled, one).differences) {
        ADD_FAILURE() << name << ": " << one.name << ": " << difference;
      }
    }
  }
}

// The example of the guide and of the specification.
TEST(StarterPolicies, ReadTheExampleThatExplainsTheLanguage) {
  const std::string example = R"(
version: 1
tools: [ { service: stripe, action: refund,
           facts: { amount: { from: /amount }, currency: { from: /currency } } },
         { service: db, action: sql, facts: { verb: { from: /verb } } } ]
defaults: { level: medium, decide_by: 24h, rule: { n_of: [1, "role:reviewer"] } }
unknown_tool: { level: high }
rules:
  - name: refunds above 500
    match: { service: stripe, action: refund, facts: { amount: { gt: 500 }, currency: EUR } }
    level: high
    rule: { all: [ { n_of: [1, "group:finance"] }, { n_of: [1, "oncall:payments"] } ] }
    escalate: [ { after: 10m, to: "group:finance-leads" } ]
  - name: never drop databases
    match: { service: db, action: sql, facts: { verb: [DROP, TRUNCATE] } }
    effect: deny
)";
  const auto document = policy::read_document(example, ports());
  ASSERT_TRUE(document) << told(document.error());
  EXPECT_TRUE(policy::lint(*document).empty());
}

}  // namespace
}  // namespace lp::approval
