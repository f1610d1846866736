// Random policies and requests, held against a model that shares no code with the compiler.
//
// The model reads the rules one by one, from the top, with a value or nothing for each fact; it
// knows no lists, no JSON and no decimals. A second property holds a ruling on less knowledge
// against the rulings on everything that the missing facts could have been: never milder.
// LP_SEQUENCES sets the number of policies (5,000 by default).

#include <gtest/gtest.h>

#include <array>

#include "base/sequences_testing.h"
#include "base/testing.h"
#include "json/parse.h"
#include "policy/testing.h"

namespace lp::policy {
namespace {

struct ModelCondition {
  int fact = 0;       // 0 to 2
  bool more = false;  // greater than `bound`, or at most
  int bound = 0;
};

struct ModelRule {
  int service = 0, action = 0;  // -1: any
  std::vector<ModelCondition> conditions;
  int effect = 1;  // 0 allow, 1 review, 2 deny
  int level = 2;
  int heads = 0;  // 0: that of the defaults
};

struct Model {
  std::vector<ModelRule> rules;
  bool sourced[3] = {true, true, true};
  bool lists = true;
  int floor = 0;    // of the one tool that has one
  int unknown = 3;  // level of unlisted tools
  int default_heads = 1;
};

struct Answer {
  int effect = 1, level = 2, heads = 1;
  friend bool operator==(const Answer&, const Answer&) = default;
};

using Facts = std::array<std::optional<int>, 3>;

// Services 0 and 1 with actions 0 and 1 are listed; service 2 is not.
int model_truth(const Model& model, const ModelRule& rule, int service, int action,
                const Facts& facts) {
  if (rule.service >= 0 && rule.service != service) return 0;
  if (rule.action >= 0 && rule.action != action) return 0;
  int truth = 2;
  for (const ModelCondition& condition : rule.conditions) {
    const auto value = facts[static_cast<std::size_t>(condition.fact)];
    int one = 1;
    if (value) one = (*value > condition.bound) == condition.more ? 2 : 0;
    const bool listed = model.lists && service < 2;
    if (one == 2 && !(listed && model.sourced[condition.fact])) one = 1;
    truth = std::min(truth, one);
  }
  return truth;
}

Answer model_answer(const Model& model, int service, int action, const Facts& facts) {
  Answer answer{.effect = 0, .level = 0, .heads = 0};
  int named = 0;
  bool falls_through = true, defaults = false;
  for (const ModelRule& rule : model.rules) {
    const int truth = model_truth(model, rule, service, action, facts);
    if (truth == 0) continue;
    answer.effect = std::max(answer.effect, rule.effect);
    if (rule.effect == 1) {
      answer.level = std::max(answer.level, rule.level);
      if (rule.heads > 0) named = std::max(named, rule.heads);
      if (rule.heads == 0) defaults = true;
    }
    if (truth == 2) {
      falls_through = false;
      break;
    }
  }
  if (falls_through) {
    answer.effect = std::max(answer.effect, 1);
    answer.level = std::max(answer.level, 2);
    defaults = true;
  }
  int floor = service == 0 && action == 0 ? model.floor : 0;
  if (service == 2) floor = model.unknown;
  if (!model.lists) floor = 0;
  if (floor > answer.level || (floor > 0 && answer.effect == 0)) defaults = true;
  if (floor > 0) answer.effect = std::max(answer.effect, 1);
  answer.level = std::max(answer.level, floor);
  if (answer.effect != 1) return answer;
  answer.heads = named;
  if (named == 0 || (defaults && model.default_heads > named)) answer.heads = model.default_heads;
  return answer;
}

constexpr std::array<const char*, 3> services{"s0", "s1", "s2"};
constexpr std::array<const char*, 2> actions{"a0", "a1"};
constexpr std::array<const char*, 3> facts_named{"f0", "f1", "f2"};

std::string text_of(const Model& model) {
  std::string text = "version: 1\n";
  if (model.lists) {
    std::string sources;
    for (std::size_t i = 0; i < 3; ++i) {
      if (!model.sourced[i]) continue;
      sources += (sources.empty() ? "" : ", ") + std::string(facts_named[i]) + ": { from: /" +
                 facts_named[i] + " }";
    }
    text += "tools:\n";
    for (int s = 0; s < 2; ++s) {
      for (int a = 0; a < 2; ++a) {
        text += "  - { service: s" + std::to_string(s) + ", action: a" + std::to_string(a) +
                ", facts: {" + sources + "}";
        if (s == 0 && a == 0 && model.floor > 0) {
          text += ", level: " + std::string(to_string(static_cast<Level>(model.floor)));
        }
        text += " }\n";
      }
    }
    text += "unknown_tool: { level: " + std::string(to_string(static_cast<Level>(model.unknown))) +
            " }\n";
  }
  text +=
      "defaults: { rule: { n_of: [" + std::to_string(model.default_heads) + ", g0] } }\nrules:\n";
  for (std::size_t i = 0; i < model.rules.size(); ++i) {
    const ModelRule& rule = model.rules[i];
    text += "  - name: r" + std::to_string(i) + "\n    match: {";
    std::string match;
    const auto add = [&match](const std::string& part) {
      match += (match.empty() ? " " : ", ") + part;
    };
    if (rule.service >= 0) add("service: s" + std::to_string(rule.service));
    if (rule.action >= 0) add("action: { glob: \"?" + std::to_string(rule.action) + "\" }");
    std::string facts;
    for (const ModelCondition& one : rule.conditions) {
      facts += (facts.empty() ? "" : ", ") +
               std::string(facts_named[static_cast<std::size_t>(one.fact)]) +
               (one.more ? ": { gt: " : ": { lte: ") + std::to_string(one.bound) + " }";
    }
    if (!facts.empty()) add("facts: { " + facts + " }");
    text += match + " }\n    effect: " + std::string(to_string(static_cast<Effect>(rule.effect))) +
            "\n";
    if (rule.effect == 1) {
      text += "    level: " + std::string(to_string(static_cast<Level>(rule.level))) + "\n";
      if (rule.heads > 0) {
        text += "    rule: { n_of: [" + std::to_string(rule.heads) + ", g" +
                std::to_string(rule.heads) + "] }\n";
      }
    }
    if (rule.effect == 0) text += "    verify_facts: true\n";
  }
  return text;
}

Model random_model(SeededEntropy& dice) {
  const auto below = [&dice](int bound) {
    return static_cast<int>(dice.next() % static_cast<unsigned>(bound));
  };
  Model model;
  for (bool& sourced : model.sourced) sourced = below(3) > 0;
  model.lists = below(4) > 0;
  model.floor = below(2) == 0 ? 0 : 1 + below(4);
  model.unknown = 2 + below(3);
  const int rules = 1 + below(6);
  for (int i = 0; i < rules; ++i) {
    ModelRule rule;
    rule.service = below(4) - 1;
    rule.action = below(3) - 1;
    for (int fact = 0; fact < 3; ++fact) {
      if (below(3) == 0) rule.conditions.push_back({fact, below(2) == 0, below(3)});
    }
    rule.effect = below(8) == 0 ? 2 : 1;
    // What asks less than the defaults is refused unless it rests on service and action.
    if (rule.conditions.empty() && rule.service >= 0 && below(3) == 0) rule.effect = 0;
    rule.level = 2 + below(3);
    rule.heads = below(3);
    model.rules.push_back(rule);
  }
  return model;
}

Answer compiled_answer(const Policy& policy, int service, int action, const Facts& facts) {
  auto value = json::Value::object();
  for (std::size_t i = 0; i < 3; ++i) {
    if (facts[i]) value.add(facts_named[i], *facts[i]);
  }
  const Ruling ruling = policy.rule_on({.service = services[static_cast<std::size_t>(service)],
                                        .action = actions[static_cast<std::size_t>(action)],
                                        .facts = &value,
                                        .now = {}},
                                       nullptr);
  Answer answer{.effect = static_cast<int>(ruling.effect),
                .level = static_cast<int>(ruling.level),
                .heads = 0};
  for (const std::size_t at : ruling.quorums) {
    answer.heads = std::max(answer.heads, static_cast<int>(policy.document().quorums[at].heads));
  }
  return answer;
}

// Every way to know less.
std::vector<Facts> weaker(const Facts& facts) {
  std::vector<Facts> all;
  for (unsigned mask = 1; mask < 8; ++mask) {
    Facts some = facts;
    for (std::size_t i = 0; i < 3; ++i) {
      if ((mask >> i & 1) != 0) some[i].reset();
    }
    all.push_back(some);
  }
  return all;
}

TEST(PolicyModel, RulesAsTheModelDoesAndNeverMilderForKnowingLess) {
  const std::uint64_t count = sequences(5'000);
  for (std::uint64_t seed = 1; seed <= count; ++seed) {
    SeededEntropy dice(seed);
    const Model model = random_model(dice);
    const std::string text = text_of(model);
    const Policy policy = policy_of(text);
    for (int round = 0; round < 8; ++round) {
      const int service = static_cast<int>(dice.next() % 3);
      const int action = static_cast<int>(dice.next() % 2);
      Facts facts;
      for (auto& fact : facts) fact = static_cast<int>(dice.next() % 4);
      const Answer full = compiled_answer(policy, service, action, facts);
      ASSERT_EQ(full, model_answer(model, service, action, facts)) << "seed " << seed << text;
      for (const Facts& less : weaker(facts)) {
        const Answer guarded = compiled_answer(policy, service, action, less);
        ASSERT_EQ(guarded, model_answer(model, service, action, less)) << "seed " << seed << text;
        ASSERT_GE(guarded.effect, full.effect) << "seed " << seed << text;
        if (guarded.effect != 1) continue;
        ASSERT_GE(guarded.level, full.level) << "seed " << seed << text;
      }
    }
  }
}

}  // namespace
}  // namespace lp::policy
