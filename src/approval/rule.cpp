#include "approval/rule.h"

#include <algorithm>
#include <array>

#include "approval/seating.h"
#include "base/assert.h"
#include "crypto/hash.h"
#include "json/write.h"

namespace lp::approval {
namespace {

constexpr std::array<std::string_view, 4> group_kinds{"role:", "group:", "member:", "oncall:"};

bool is_group(std::string_view text) {
  return std::any_of(group_kinds.begin(), group_kinds.end(), [text](std::string_view kind) {
    return text.size() > kind.size() && text.starts_with(kind);
  });
}

// What a rule that is being read costs. Each sum stops growing beyond every bound.
struct Size {
  std::uint64_t heads_max = 0;  // of the largest alternative
  std::uint64_t alternatives = 0;
};
constexpr std::uint64_t beyond_bounds = 1'000;

Size size_of(const Rule& rule) {
  if (rule.kind == Rule::Kind::n_of) return {std::min(rule.count, beyond_bounds), 1};
  const bool any = rule.kind == Rule::Kind::any;
  Size size{0, any ? 0u : 1u};
  for (const Rule& part : rule.parts) {
    const Size more = size_of(part);
    size.heads_max =
        any ? std::max(size.heads_max, more.heads_max) : size.heads_max + more.heads_max;
    size.alternatives =
        any ? size.alternatives + more.alternatives : size.alternatives * more.alternatives;
    size.heads_max = std::min(size.heads_max, beyond_bounds);
    size.alternatives = std::min(size.alternatives, beyond_bounds);
  }
  return size;
}

std::optional<Rule> read(const json::Value& value, std::size_t depth);

std::optional<Rule> read_parts(Rule::Kind kind, const json::Value& parts, std::size_t depth) {
  if (!parts.is_array() || parts.items().empty()) return std::nullopt;
  Rule rule{.kind = kind, .parts = {}, .count = 1, .group = "role:reviewer"};
  for (const json::Value& item : parts.items()) {
    std::optional<Rule> part = read(item, depth + 1);
    if (!part) return std::nullopt;
    rule.parts.push_back(*std::move(part));
  }
  return rule;
}

std::optional<Rule> read_n_of(const json::Value& pair) {
  if (!pair.is_array() || pair.items().size() != 2) return std::nullopt;
  const std::optional<std::int64_t> count = pair.items()[0].as_integer();
  const json::Value& group = pair.items()[1];
  if (!count || *count < 1 || !group.is_string() || !is_group(group.as_string())) {
    return std::nullopt;
  }
  return Rule{.kind = Rule::Kind::n_of,
              .parts = {},
              .count = static_cast<std::uint64_t>(*count),
              .group = group.as_string()};
}

std::optional<Rule> read(const json::Value& value, std::size_t depth) {
  if (depth > rule_depth_max || !value.is_object() || value.members().size() != 1) {
    return std::nullopt;
  }
  const auto& [name, content] = value.members().front();
  if (name == "all") return read_parts(Rule::Kind::all, content, depth);
  if (name == "any") return read_parts(Rule::Kind::any, content, depth);
  if (name == "n_of") return read_n_of(content);
  return std::nullopt;
}

}  // namespace

json::Value Rule::to_json() const {
  json::Value object = json::Value::object();
  if (kind == Kind::n_of) {
    LP_ASSERT(count >= 1);
    LP_ASSERT(is_group(group));
    return object.add("n_of", json::Value::array({json::Value(count), json::Value(group)}));
  }
  LP_ASSERT(!parts.empty());
  json::Value items = json::Value::array();
  for (const Rule& part : parts) items.items().push_back(part.to_json());
  return object.add(kind == Kind::all ? "all" : "any", std::move(items));
}

Digest Rule::sha256() const {
  return crypto::sha256(json::canonical(to_json()));
}

std::optional<Rule> Rule::from_json(const json::Value& value) {
  std::optional<Rule> rule = read(value, 1);
  if (!rule) return std::nullopt;
  const Size size = size_of(*rule);
  if (size.heads_max > rule_heads_max || size.alternatives > rule_alternatives_max) {
    return std::nullopt;
  }
  return rule;
}

Rule default_rule() {
  return {};
}

const Digest& default_rule_sha256() {
  static const Digest digest = default_rule().sha256();
  return digest;
}

std::vector<Person> people_of(const std::vector<evidence::RosterEntry>& entries) {
  std::vector<Person> people;
  for (const evidence::RosterEntry& entry : entries) {
    if (!entry.has_key()) continue;  // A member who cannot sign could never fill a seat.
    auto person = std::find_if(people.begin(), people.end(), [&entry](const Person& known) {
      return known.member == entry.member;
    });
    if (person == people.end()) {
      people.push_back({entry.member, {"member:" + entry.member}});
      person = people.end() - 1;
    }
    for (const std::string& role : entry.roles) person->groups.insert("role:" + role);
    for (const std::string& group : entry.groups) person->groups.insert("group:" + group);
  }
  return people;
}

bool satisfied(const Rule& rule, const std::vector<Person>& approvers) {
  const std::vector<const Person*> people = distinct(approvers);
  const std::vector<Demands> alternatives = alternatives_of(rule);
  return std::any_of(alternatives.begin(), alternatives.end(),
                     [&people](const Demands& demands) { return Seating(people).fill(demands); });
}

bool may_contribute(const Rule& rule, const Person& person) {
  if (rule.kind == Rule::Kind::n_of) return person.groups.contains(rule.group);
  return std::any_of(rule.parts.begin(), rule.parts.end(),
                     [&person](const Rule& part) { return may_contribute(part, person); });
}

std::uint64_t heads_required(const Rule& rule) {
  if (rule.kind == Rule::Kind::n_of) return rule.count;
  LP_ASSERT(!rule.parts.empty());
  std::uint64_t heads = 0;
  bool first = true;
  for (const Rule& part : rule.parts) {
    const std::uint64_t more = heads_required(part);
    if (rule.kind == Rule::Kind::all) {
      heads += more;
    } else if (first || more < heads) {
      heads = more;
    }
    first = false;
  }
  return heads;
}

}  // namespace lp::approval
