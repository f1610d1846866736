// Compiles a document to decision lists (policy.h).

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>

#include "policy/policy.h"

namespace lp::policy {
namespace {

using Kind = Subject::Kind;

// A rule that names more pairs than these one by one is asked like one with a pattern.
constexpr std::size_t pairs_of_rule_max = 256;

const Matcher* matcher_on(const Rule& rule, Kind kind) {
  for (const Condition& condition : rule.conditions) {
    if (condition.subject.kind == kind) return &condition.matcher;
  }
  return nullptr;
}

using Pair = std::pair<std::string, std::string>;

// The pairs that a rule names; nothing if it names none, or has a pattern.
std::optional<std::vector<Pair>> pairs_of(const Rule& rule) {
  const Matcher* service = matcher_on(rule, Kind::service);
  const Matcher* action = matcher_on(rule, Kind::action);
  const auto* services = service != nullptr ? service->exact_texts() : nullptr;
  const auto* actions = action != nullptr ? action->exact_texts() : nullptr;
  if (services == nullptr || actions == nullptr) return std::nullopt;
  if (services->size() * actions->size() > pairs_of_rule_max) return std::nullopt;
  std::vector<Pair> pairs;
  for (const auto& s : *services) {
    for (const auto& a : *actions) pairs.emplace_back(s, a);
  }
  return pairs;
}

bool applies(const Rule& rule, const Pair& pair) {
  const auto holds = [](const Matcher* matcher, std::string_view name) {
    return matcher == nullptr || matcher->holds(Found::of(name)) != Truth::no;
  };
  return holds(matcher_on(rule, Kind::service), pair.first) &&
         holds(matcher_on(rule, Kind::action), pair.second);
}

// Whether a condition certainly holds for all requests of a pair, so that nobody need ask again.
bool holds_for(const Condition& condition, const Pair& pair) {
  const Kind kind = condition.subject.kind;
  if (kind != Kind::service && kind != Kind::action) return false;
  const std::string_view name = kind == Kind::service ? pair.first : pair.second;
  return condition.matcher.holds(Found::of(name)) == Truth::yes;
}

}  // namespace

class Policy::Compiler {
 public:
  explicit Compiler(const Document& document) : document_(document) {
    for (const Tool& tool : document.tools) {
      tools_[{tool.service, tool.action}] =
          static_cast<std::uint32_t>(&tool - document.tools.data());
    }
  }

  // The positions of the rules that can apply to each pair that the document names.
  std::expected<std::map<Pair, std::vector<std::size_t>>, Problem> rules_of_pairs() {
    std::map<Pair, std::vector<std::size_t>> rules;
    for (const Tool& tool : document_.tools) rules[{tool.service, tool.action}];
    std::size_t entries = 0;
    for (std::size_t i = 0; i < document_.rules.size(); ++i) {
      const auto pairs = pairs_of(document_.rules[i]);
      if (!pairs) {
        general_.push_back(i);
        continue;
      }
      for (const Pair& pair : std::set<Pair>(pairs->begin(), pairs->end())) {
        rules[pair].push_back(i);
        ++entries;
      }
    }
    for (auto& [pair, own] : rules) {
      for (const std::size_t i : general_) {
        if (!applies(document_.rules[i], pair)) continue;
        own.push_back(i);
        if (++entries > entries_max) {
          return std::unexpected(Problem{
              document_.rules[i].at,
              fmt::format("Rules and tools make more than {} pairs: name services and actions in "
                          "the rules.",
                          entries_max)});
        }
      }
      std::sort(own.begin(), own.end());
    }
    return rules;
  }

  // Of one pair, or of all that have no list of their own (null). Its entries and checks are laid
  // behind those of the lists before it.
  List list(Policy& policy, const std::vector<std::size_t>& rules, const Pair* pair) {
    List list;
    if (pair != nullptr) {
      const auto listed = tools_.find(*pair);
      if (listed != tools_.end()) list.tool = listed->second;
    }
    const Tool* tool = policy.tool_of(list);
    list.first_entry = static_cast<std::uint32_t>(policy.entries_.size());
    list.entry_count = static_cast<std::uint32_t>(rules.size());
    std::map<Subject, std::uint32_t> known;
    for (const std::size_t i : rules) {
      const auto& conditions = document_.rules[i].conditions;
      policy.entries_.push_back({.rule = static_cast<std::uint32_t>(i),
                                 .first_check = static_cast<std::uint32_t>(policy.checks_.size()),
                                 .check_count = static_cast<std::uint32_t>(conditions.size())});
      for (const Condition& condition : conditions) {
        Check check;
        if (pair == nullptr || !holds_for(condition, *pair)) {
          const auto subjects = static_cast<std::uint32_t>(known.size());
          check.subject = known.emplace(condition.subject, subjects).first->second;
          check.condition = position_of(policy, condition);
        }
        check.claimed = ground_of(condition, document_, tool) == Ground::claimed;
        policy.checks_.push_back(check);
      }
    }
    list.subject_count = static_cast<std::uint32_t>(known.size());
    return list;
  }

  [[nodiscard]] const std::vector<std::size_t>& general() const { return general_; }

 private:
  // Of the first condition that asks the same.
  std::uint32_t position_of(Policy& policy, const Condition& condition) {
    auto& alike = by_text_[condition.text];
    for (const std::uint32_t one : alike) {
      if (policy.conditions_[one]->asks_same(condition)) return one;
    }
    alike.push_back(static_cast<std::uint32_t>(policy.conditions_.size()));
    policy.conditions_.push_back(&condition);
    return alike.back();
  }

  const Document& document_;
  std::map<Pair, std::uint32_t> tools_;  // their positions
  std::vector<std::size_t> general_;
  std::unordered_map<std::string_view, std::vector<std::uint32_t>> by_text_;  // positions
};

std::expected<Policy, Problem> Policy::compile(Document document) {
  Policy policy(std::make_unique<const Document>(std::move(document)));
  Compiler compiler(*policy.document_);
  auto rules = compiler.rules_of_pairs();
  if (!rules) return std::unexpected(rules.error());
  policy.lists_ = PairTable<List>(rules->size());
  for (const auto& [pair, own] : *rules) {
    policy.lists_.add(pair.first, pair.second, compiler.list(policy, own, &pair));
  }
  policy.others_ = compiler.list(policy, compiler.general(), nullptr);
  for (const Rule& rule : policy.document_->rules) {
    policy.outcomes_.push_back({.effect = rule.effect,
                                .level = rule.level,
                                .quorum = rule.quorum,
                                .decide_by_ms = rule.decide_by_ms});
  }
  return policy;
}

}  // namespace lp::policy
