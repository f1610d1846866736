// Compiles a document to decision lists (policy.h).

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

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
  explicit Compiler(const Document& document) : document_(document) {}

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

  // Of one pair, or of all that have no list of their own (null).
  List list(const std::vector<std::size_t>& rules, const Tool* tool, const Pair* pair) {
    List list;
    list.tool = tool;
    std::map<Subject, std::size_t> known;
    for (const std::size_t i : rules) {
      Entry& entry = list.entries.emplace_back();
      entry.rule = i;
      for (const Condition& condition : document_.rules[i].conditions) {
        Check check;
        if (pair == nullptr || !holds_for(condition, *pair)) {
          const auto [at, added] = known.emplace(condition.subject, list.subjects.size());
          if (added) list.subjects.push_back(&condition.subject);
          check.condition = &condition;
          check.subject = at->second;
        }
        check.claimed = ground_of(condition, document_, tool) == Ground::claimed;
        entry.checks.push_back(check);
      }
    }
    return list;
  }

  [[nodiscard]] const std::vector<std::size_t>& general() const { return general_; }

 private:
  const Document& document_;
  std::vector<std::size_t> general_;
};

std::expected<Policy, Problem> Policy::compile(Document document) {
  Policy policy(std::make_unique<const Document>(std::move(document)));
  Compiler compiler(*policy.document_);
  auto rules = compiler.rules_of_pairs();
  if (!rules) return std::unexpected(rules.error());
  std::map<Pair, const Tool*> tools;
  for (const Tool& tool : policy.document_->tools) tools[{tool.service, tool.action}] = &tool;
  for (const auto& [pair, own] : *rules) {
    const auto tool = tools.find(pair);
    policy.lists_.emplace(pair.first + '\0' + pair.second,
                          compiler.list(own, tool != tools.end() ? tool->second : nullptr, &pair));
  }
  policy.others_ = compiler.list(compiler.general(), nullptr, nullptr);
  return policy;
}

}  // namespace lp::policy
