#include "policy/lint.h"

#include <fmt/core.h>

#include <algorithm>
#include <tuple>

#include "policy/allowing.h"

namespace lp::policy {
namespace {

using Kind = Subject::Kind;

bool covers(const Condition& wider, const Condition& narrower) {
  if (wider.subject != narrower.subject) return false;
  if (wider.hours) return wider.text == narrower.text;
  return wider.matcher.covers(narrower.matcher);
}

// Whether every request of `narrower` is one of `wider` too.
bool covers(const Rule& wider, const Rule& narrower) {
  return std::all_of(wider.conditions.begin(), wider.conditions.end(), [&](const Condition& one) {
    return std::any_of(narrower.conditions.begin(), narrower.conditions.end(),
                       [&one](const Condition& other) { return covers(one, other); });
  });
}

// Whether no request can be of both.
bool disjoint(const Rule& a, const Rule& b) {
  return std::any_of(a.conditions.begin(), a.conditions.end(), [&b](const Condition& one) {
    return !one.hours &&
           std::any_of(b.conditions.begin(), b.conditions.end(), [&one](const Condition& other) {
             return one.subject == other.subject && !one.matcher.may_meet(other.matcher);
           });
  });
}

class Linter {
 public:
  explicit Linter(const Document& document) : document_(document) {}

  std::vector<Finding> read() {
    const auto& rules = document_.rules;
    std::size_t compared = 0;
    for (std::size_t i = 0; i < rules.size(); ++i) {
      look_at(rules[i]);
      for (std::size_t before = 0; before < i; ++before) {
        if (++compared > compared_pairs_max) break;
        if (compare(rules[before], rules[i])) break;
      }
    }
    std::sort(findings_.begin(), findings_.end(), [](const Finding& a, const Finding& b) {
      return std::tie(a.at, a.code, a.sentence) < std::tie(b.at, b.code, b.sentence);
    });
    return std::move(findings_);
  }

 private:
  void find(Mark at, std::string_view code, std::string sentence) {
    findings_.push_back({at, code, std::move(sentence)});
  }

  [[nodiscard]] auto strictness(const Rule& rule) const {
    return std::tuple(rule.effect, rule.level,
                      document_.quorums[rule.quorum.value_or(document_.default_quorum)].heads);
  }

  // Whether a rule can end the walk for requests of `other`: not with what only the agent claims.
  [[nodiscard]] bool can_be_certain(const Rule& rule, const Rule& other) const {
    const auto tools = tools_of(other, document_);
    return std::all_of(rule.conditions.begin(), rule.conditions.end(), [&](const Condition& one) {
      return std::all_of(tools.begin(), tools.end(), [&](const Tool* tool) {
        return ground_of(one, document_, tool) != Ground::claimed;
      });
    });
  }

  // Whether there is no more to say of `later`.
  bool compare(const Rule& earlier, const Rule& later) {
    if (disjoint(earlier, later) || !can_be_certain(earlier, later)) return false;
    if (covers(earlier, later)) {
      find(later.at, "unreachable",
           fmt::format("The rule `{}` never decides: `{}` (line {}) matches whatever it matches, "
                       "and comes first.",
                       later.name, earlier.name, earlier.at.line));
      return true;
    }
    // A rule before a broader one is its exception, and meant.
    if (strictness(earlier) >= strictness(later) || covers(later, earlier)) return false;
    find(later.at, "shadowed",
         fmt::format("What both match is decided by `{}` (line {}), which asks less than the rule "
                     "`{}`: put the stricter rule first.",
                     earlier.name, earlier.at.line, later.name));
    return true;
  }

  void look_at(const Rule& rule) {
    const auto on = [&rule](Kind kind) -> const Condition* {
      for (const Condition& one : rule.conditions) {
        if (one.subject.kind == kind) return &one;
      }
      return nullptr;
    };
    const Condition* service = on(Kind::service);
    const bool any_service = service == nullptr || service->matcher.matches_all_texts();
    const bool narrowed =
        std::any_of(rule.conditions.begin(), rule.conditions.end(), [&](const Condition& one) {
          return one.subject.kind != Kind::service && !one.matcher.matches_all_texts();
        });
    if (any_service && (rule.effect == Effect::allow || !narrowed)) {
      find(rule.at, "over_broad",
           fmt::format("The rule `{}` is about every service: name those that are meant.",
                       rule.name));
    }
    look_at_facts(rule);
    look_at_tools(rule, service, on(Kind::action));
  }

  void look_at_facts(const Rule& rule) {
    const auto tools = tools_of(rule, document_);
    for (const Condition& one : rule.conditions) {
      if (one.subject.kind != Kind::fact) continue;
      for (const Tool* tool : tools) {
        if (ground_of(one, document_, tool) != Ground::claimed) continue;
        find(one.at, "unsourced_fact",
             fmt::format("`{}` has no source in the payload{}, so a lying agent escapes the rule "
                         "`{}`: name the source under `tools`.",
                         to_string(one.subject),
                         tool != nullptr ? " of " + tool->service + " " + tool->action : "",
                         rule.name));
        break;
      }
    }
  }

  void look_at_tools(const Rule& rule, const Condition* service, const Condition* action) {
    const auto* services = service != nullptr ? service->matcher.exact_texts() : nullptr;
    const auto* actions = action != nullptr ? action->matcher.exact_texts() : nullptr;
    if (!document_.lists_tools || services == nullptr || actions == nullptr) return;
    for (const std::string& s : *services) {
      for (const std::string& a : *actions) {
        const bool listed =
            std::any_of(document_.tools.begin(), document_.tools.end(),
                        [&](const Tool& tool) { return tool.service == s && tool.action == a; });
        if (listed) continue;
        find(rule.at, "tool_not_listed",
             fmt::format("The rule `{}` names {} {}, which is not under `tools` and so counts as "
                         "unknown.",
                         rule.name, s, a));
        return;
      }
    }
  }

  const Document& document_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> lint(const Document& document) {
  return Linter(document).read();
}

}  // namespace lp::policy
