#include "policy/policy.h"

#include <algorithm>
#include <charconv>
#include <span>
#include <tuple>

#include "json/text_array.h"
#include "json/write.h"

namespace lp::policy {
namespace {

using Kind = Subject::Kind;

std::string unescaped(std::string_view token) {
  std::string name;
  for (std::size_t i = 0; i < token.size(); ++i) {
    const bool escape = token[i] == '~' && i + 1 < token.size();
    name += escape ? (token[++i] == '1' ? '/' : '~') : token[i];
  }
  return name;
}

const json::Value* step(const json::Value& value, std::string_view token) {
  if (value.is_object()) return value.find(unescaped(token));
  if (!value.is_array()) return nullptr;
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
  const bool plain = error == std::errc() && end == token.data() + token.size() &&
                     (token.size() == 1 || token.front() != '0');
  return plain && index < value.items().size() ? &value.items()[index] : nullptr;
}

// What stands under an RFC 6901 pointer.
const json::Value* at_pointer(const json::Value* value, std::string_view pointer) {
  while (value != nullptr && pointer.starts_with('/')) {
    pointer.remove_prefix(1);
    const std::string_view token = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(token.size());
    value = step(*value, token);
  }
  return value;
}

Found look_up(const Subject& subject, const Asked& asked) {
  switch (subject.kind) {
    case Kind::service:
      return Found::of(asked.service);
    case Kind::action:
      return Found::of(asked.action);
    case Kind::agent:
      return Found::of(asked.agent);
    case Kind::agent_owner:
      return Found::of(asked.agent_owner);
    case Kind::agent_proof:
      return Found::of(asked.proof);
    case Kind::environment:
      return Found::of(asked.environment);
    case Kind::role:
      return Found::of(asked.role);
    case Kind::priority:
      return Found::of(asked.priority);
    case Kind::address:
      return Found::of(asked.address);
    case Kind::shield:
      return asked.shield ? Found::of(*asked.shield) : Found{};
    case Kind::fact:
      return asked.facts != nullptr ? Found::of(asked.facts->find(subject.name)) : Found{};
    case Kind::payload:
      return Found::of(at_pointer(asked.payload, subject.name));
    case Kind::time:
    case Kind::recent:
      break;  // asked elsewhere: they are not looked up
  }
  return {};
}

std::string spelled(const Found& found) {
  switch (found.kind) {
    case Found::Kind::nothing:
      break;
    case Found::Kind::text:
      return json::quote(found.text);
    case Found::Kind::number:
      return to_string(found.number);
    case Found::Kind::boolean:
      return found.boolean ? "true" : "false";
  }
  return {};
}

Decimal size_of(Decimal amount) {
  amount.negative = false;
  return amount;
}

// How one window counts a request; nothing when something that it counts by is absent.
std::optional<WindowEntry> entry_of(const Window& window, const Asked& asked) {
  WindowEntry entry{.key = window.key(), .amount = {}};
  for (const Subject& subject : window.per) {
    const std::string value = spelled(look_up(subject, asked));
    if (value.empty()) return std::nullopt;
    entry.key += ' ' + value;
  }
  if (!window.sum) return entry;
  const Found amount = look_up(*window.sum, asked);
  if (amount.kind != Found::Kind::number) return std::nullopt;
  entry.amount = size_of(amount.number);
  return entry;
}

// This request and those before it.
Found recent(const Window& window, const Asked& asked, const History* history) {
  const auto entry = entry_of(window, asked);
  if (history == nullptr || !entry) return {};
  const Tally before = history->tally(entry->key, asked.now + -window.over_ms);
  if (!window.sum) {
    return Found::of(json::normalise(std::to_string(before.requests + 1)));
  }
  const auto total = before.sum ? sum(*before.sum, entry->amount) : std::nullopt;
  return total ? Found::of(*total) : Found{};
}

}  // namespace

// One walk along a list. What stands under a subject is looked up once, however many rules ask.
class Policy::Walk {
 public:
  Walk(const Policy& policy, const List& list, const Asked& asked, const History* history)
      : policy_(policy),
        asked_(asked),
        history_(history),
        found_(list.subject_count),
        looked_up_(list.subject_count, false) {}

  // Whether the walk ends here.
  bool ask(const Entry& entry, Ruling& ruling) {
    const auto checks =
        std::span(policy_.checks_).subspan(entry.first_check, entry.check_count);
    Truth all = Truth::yes;
    for (const Check& check : checks) {
      all = std::min(all, truth(check));
      if (all == Truth::no) return false;
    }
    PossibleRule& possible = ruling.possible.emplace_back();
    possible.rule = entry.rule;
    possible.certain = all == Truth::yes;
    possible.conditions.reserve(checks.size());
    for (const Check& check : checks) possible.conditions.push_back(truth(check));
    return possible.certain;
  }

 private:
  Truth truth(const Check& check) {
    Truth truth = Truth::yes;
    if (check.condition != Check::always) {
      const Condition& condition = *policy_.conditions_[check.condition];
      truth = condition.hours ? (condition.hours->hold(asked_.now) ? Truth::yes : Truth::no)
                              : condition.matcher.holds(found(check, condition));
    }
    return check.claimed ? std::min(truth, Truth::unknown) : truth;
  }

  const Found& found(const Check& check, const Condition& condition) {
    if (!looked_up_[check.subject]) {
      looked_up_[check.subject] = true;
      const Subject& subject = condition.subject;
      found_[check.subject] =
          subject.kind == Kind::recent
              ? recent(policy_.document_->windows[condition.window], asked_, history_)
              : look_up(subject, asked_);
    }
    return found_[check.subject];
  }

  const Policy& policy_;
  const Asked& asked_;
  const History* history_;
  std::vector<Found> found_;
  std::vector<bool> looked_up_;
};

const Tool* Policy::tool_of(const List& list) const {
  return list.tool != List::no_tool ? &document_->tools[list.tool] : nullptr;
}

Ruling Policy::rule_on(const Asked& asked, const History* history) const {
  const List* own = lists_.find(asked.service, asked.action);
  const List& list = own != nullptr ? *own : others_;
  Ruling ruling;
  ruling.by_defaults = true;
  Walk walk(*this, list, asked, history);
  for (const Entry& entry : std::span(entries_).subspan(list.first_entry, list.entry_count)) {
    __builtin_prefetch(&outcomes_[entry.rule]);  // needed when the conditions have been asked
    if (!walk.ask(entry, ruling)) continue;
    ruling.by_defaults = false;
    break;
  }
  combine(ruling, tool_of(list));
  return ruling;
}

void Policy::combine(Ruling& ruling, const Tool* tool) const {
  const Document& document = *document_;
  ruling.effect = ruling.by_defaults ? Effect::review : Effect::allow;
  ruling.level = ruling.by_defaults ? document.default_level : Level::none;
  if (ruling.by_defaults) ruling.decide_by_ms = document.default_decide_by_ms;
  for (const PossibleRule& possible : ruling.possible) {
    const Outcome& rule = outcomes_[possible.rule];
    ruling.effect = std::max(ruling.effect, rule.effect);
    ruling.level = std::max(ruling.level, rule.level);
    const auto decide_by = rule.decide_by_ms ? rule.decide_by_ms : document.default_decide_by_ms;
    if (decide_by && (!ruling.decide_by_ms || *decide_by < *ruling.decide_by_ms)) {
      ruling.decide_by_ms = decide_by;
    }
  }
  ruling.unknown_tool = document.lists_tools && tool == nullptr;
  const Level floor = ruling.unknown_tool ? document.unknown_level
                      : tool != nullptr   ? tool->floor
                                          : Level::none;
  Effect least = floor == Level::none ? Effect::allow : Effect::review;
  if (ruling.unknown_tool) least = document.unknown_effect;
  ruling.raised_to_floor = floor > ruling.level || least > ruling.effect;
  ruling.level = std::max(ruling.level, floor);
  ruling.effect = std::max(ruling.effect, least);
  if (ruling.effect == Effect::review) combine_quorums(ruling);
}

// The tree that asks the most people, and of several such trees that of the strictest level; all of
// them where neither tells them apart. What a rule names goes before what the defaults ask.
void Policy::combine_quorums(Ruling& ruling) const {
  const Document& document = *document_;
  using Named = std::tuple<std::uint64_t, Level, std::size_t>;  // heads, level, position
  std::vector<Named> named;
  const auto name = [&](std::size_t at, Level level) {
    named.emplace_back(document.quorums[at].heads, level, at);
  };
  bool defaults = ruling.by_defaults || ruling.raised_to_floor;
  for (const PossibleRule& possible : ruling.possible) {
    const Outcome& rule = outcomes_[possible.rule];
    if (rule.effect != Effect::review) continue;
    if (rule.quorum) {
      name(*rule.quorum, rule.level);
    } else {
      defaults = true;
    }
  }
  if (ruling.unknown_tool && document.unknown_quorum) {
    name(*document.unknown_quorum, document.unknown_level);
  }
  std::sort(named.begin(), named.end());
  const Named strictest = named.empty() ? Named{} : named.back();
  const std::uint64_t heads = std::get<0>(strictest);
  if (named.empty() || (defaults && document.quorums[document.default_quorum].heads > heads)) {
    ruling.quorums = {document.default_quorum};
    return;
  }
  for (const auto& [its_heads, its_level, at] : named) {
    const bool first = ruling.quorums.empty() || ruling.quorums.back() != at;
    const bool as_strict = its_heads == heads && its_level == std::get<Level>(strictest);
    if (as_strict && first) ruling.quorums.push_back(at);
  }
}

std::vector<WindowEntry> Policy::window_entries(const Asked& asked) const {
  std::vector<WindowEntry> entries;
  for (const Window& window : document_->windows) {
    if (auto entry = entry_of(window, asked)) entries.push_back(*std::move(entry));
  }
  return entries;
}

std::int64_t Policy::longest_window_ms() const {
  std::int64_t longest = 0;
  for (const Window& window : document_->windows) longest = std::max(longest, window.over_ms);
  return longest;
}

json::Value Policy::quorum(const Ruling& ruling) const {
  const auto& quorums = document_->quorums;
  if (ruling.quorums.empty()) return quorums[document_->default_quorum].rule;
  if (ruling.quorums.size() == 1) return quorums[ruling.quorums.front()].rule;
  auto parts = json::Value::array();
  for (const std::size_t at : ruling.quorums) parts.items().push_back(quorums[at].rule);
  auto tree = json::Value::object();
  tree.add("all", std::move(parts));
  return tree;
}

std::string Policy::rule_name(const Ruling& ruling) const {
  if (ruling.unknown_tool && ruling.raised_to_floor) return "unknown_tool";
  const Rule* strictest = nullptr;
  for (const PossibleRule& possible : ruling.possible) {
    const Rule& rule = document_->rules[possible.rule];
    if (strictest != nullptr &&
        std::pair(rule.effect, rule.level) <= std::pair(strictest->effect, strictest->level)) {
      continue;
    }
    strictest = &rule;
  }
  const std::pair defaults(Effect::review, document_->default_level);
  const bool by_rule =
      strictest != nullptr &&
      (!ruling.by_defaults || std::pair(strictest->effect, strictest->level) >= defaults);
  return by_rule ? strictest->name : "defaults";
}

json::Value Policy::explain(const Ruling& ruling) const {
  auto value = json::Value::object();
  value.add("effect", to_string(ruling.effect))
      .add("level", to_string(ruling.level))
      .add("rule", rule_name(ruling))
      .add("sha256", document_->sha256.hex());
  if (ruling.unknown_tool) value.add("unknown_tool", true);
  if (ruling.raised_to_floor) value.add("raised_to_floor", true);
  auto rules = json::Value::array();
  for (const PossibleRule& possible : ruling.possible) {
    const Rule& rule = document_->rules[possible.rule];
    auto conditions = json::Value::array();
    for (std::size_t i = 0; i < possible.conditions.size(); ++i) {
      auto condition = json::Value::object();
      condition.add("is", rule.conditions[i].text)
          .add("certain", possible.conditions[i] == Truth::yes);
      conditions.items().push_back(std::move(condition));
    }
    auto one = json::Value::object();
    one.add("name", rule.name)
        .add("certain", possible.certain)
        .add("conditions", std::move(conditions));
    rules.items().push_back(std::move(one));
  }
  value.add("rules", std::move(rules)).add("defaults", ruling.by_defaults);
  if (ruling.effect == Effect::review) value.add("quorum", quorum(ruling));
  return value;
}

}  // namespace lp::policy
