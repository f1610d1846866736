#include "approval/quorum.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>

#include "approval/seating.h"

namespace lp::approval {
namespace {

static_assert(static_cast<int>(policy::Level::none) == static_cast<int>(evidence::Level::none));
static_assert(static_cast<int>(policy::Level::critical) ==
              static_cast<int>(evidence::Level::critical));

using policy::QuorumFault;

constexpr std::array<std::string_view, 4> group_kinds{"role:", "group:", "member:", "oncall:"};

std::optional<QuorumFault> wrong_pair(const json::Value& pair, const std::string& pointer) {
  if (!pair.is_array() || pair.items().size() != 2) {
    return QuorumFault{pointer, "`n_of` is a count and a group, such as [2, \"group:finance\"]."};
  }
  const auto count = pair.items()[0].as_integer();
  if (!count || *count < 1) {
    return QuorumFault{pointer + "/0",
                       "A rule of no approvals approves by itself: the count is 1 or more."};
  }
  const json::Value& group = pair.items()[1];
  const bool known =
      group.is_string() &&
      std::any_of(group_kinds.begin(), group_kinds.end(), [&group](std::string_view kind) {
        return group.as_string().starts_with(kind) && group.as_string().size() > kind.size();
      });
  if (known) return std::nullopt;
  return QuorumFault{pointer + "/1",
                     "People are named as role:NAME, group:NAME, member:ID or oncall:NAME."};
}

std::optional<QuorumFault> wrong_tree(const json::Value& value, const std::string& pointer,
                                      std::size_t depth) {
  if (depth > rule_depth_max) {
    return QuorumFault{pointer, fmt::format("Rules are nested {} deep at most.", rule_depth_max)};
  }
  const bool one = value.is_object() && value.members().size() == 1;
  const std::string name = one ? value.members().front().first : "";
  if (name == "n_of") return wrong_pair(value.members().front().second, pointer + "/n_of");
  if (name != "all" && name != "any") {
    return QuorumFault{pointer,
                       "A rule is one of {n_of: [count, group]}, {all: [rule, …]} and "
                       "{any: [rule, …]}."};
  }
  const json::Value& parts = value.members().front().second;
  const std::string below = pointer + "/" + name;
  if (!parts.is_array() || parts.items().empty()) {
    return QuorumFault{below, fmt::format("`{}` is a list of rules, and not empty.", name)};
  }
  for (std::size_t i = 0; i < parts.items().size(); ++i) {
    auto wrong = wrong_tree(parts.items()[i], below + "/" + std::to_string(i), depth + 1);
    if (wrong) return wrong;
  }
  return std::nullopt;
}

std::uint64_t members_of(std::string_view group, const std::vector<const Person*>& people) {
  return static_cast<std::uint64_t>(std::count_if(
      people.begin(), people.end(),
      [group](const Person* person) { return person->groups.contains(std::string(group)); }));
}

}  // namespace

const std::vector<Rule>& rules_of_levels() {
  static const std::vector<Rule> rules{
      default_rule(),
      {.kind = Rule::Kind::n_of, .parts = {}, .count = 2, .group = default_rule().group}};
  return rules;
}

const Rule& rule_of_level(evidence::Level level, bool single_operator) {
  return rules_of_levels()[level == evidence::Level::critical && !single_operator ? 1 : 0];
}

const Digest& rule_of_level_sha256(evidence::Level level, bool single_operator) {
  static const std::array<Digest, 2> digests{rules_of_levels()[0].sha256(),
                                             rules_of_levels()[1].sha256()};
  return digests[level == evidence::Level::critical && !single_operator ? 1 : 0];
}

const Rule& rule_of(const Request& request, bool single_operator) {
  return request.ruled ? request.ruled->rule : rule_of_level(request.level, single_operator);
}

Digest rule_sha256_of(const Request& request, bool single_operator) {
  return request.ruled ? request.ruled->rule.sha256()
                       : rule_of_level_sha256(request.level, single_operator);
}

Rule rule_at_level(const Rule& rule, evidence::Level level, bool single_operator) {
  const Rule& least = rule_of_level(level, single_operator);
  const std::uint64_t asked = heads_required(rule), needed = heads_required(least);
  if (asked >= needed) return rule;
  Rule more = least;
  more.count = needed - asked;
  return {
      .kind = Rule::Kind::all, .parts = {rule, more}, .count = 1, .group = default_rule().group};
}

evidence::Level level_of(policy::Level level) {
  return static_cast<evidence::Level>(level);
}

std::expected<std::uint64_t, QuorumFault> read_quorum(const json::Value& value) {
  if (auto wrong = wrong_tree(value, "", 1)) return std::unexpected(*std::move(wrong));
  const auto rule = Rule::from_json(value);
  if (!rule) {
    return std::unexpected(QuorumFault{
        "", fmt::format("This rule is too large: at most {} people, and {} ways to satisfy it.",
                        rule_heads_max, rule_alternatives_max)});
  }
  return heads_required(*rule);
}

std::optional<std::string> unsatisfiable(const Rule& rule, const std::vector<Person>& people) {
  if (satisfied(rule, people)) return std::nullopt;
  const std::vector<const Person*> all = distinct(people);
  for (const Demands& demands : alternatives_of(rule)) {
    for (const Demand& demand : demands) {
      const std::uint64_t there = members_of(demand.group, all);
      if (there >= demand.count) continue;
      return fmt::format("It asks {} of {}, and the roster has {} there who can sign.",
                         demand.count, demand.group, there);
    }
  }
  return "Its groups share people, and each person counts once: there are not enough different "
         "ones.";
}

Progress progress(const Rule& rule, const std::vector<Person>& approvers) {
  const std::vector<const Person*> people = distinct(approvers);
  std::optional<Progress> nearest;
  for (const Demands& demands : alternatives_of(rule)) {
    Progress one;
    Seating seating(people);
    for (const Demand& demand : demands) {
      const std::uint64_t seated = seating.seat(demand);
      one.done += seated;
      one.needed += demand.count;
      if (seated < demand.count) {
        one.missing.push_back({std::string(demand.group), demand.count - seated});
      }
    }
    const auto left = [](const Progress& some) { return some.needed - some.done; };
    if (!nearest || left(one) < left(*nearest)) nearest = std::move(one);
  }
  return nearest.value_or(Progress{});
}

std::vector<Person> counted_people(const Request& request, const Context& context) {
  std::vector<Person> counted = eligible_people(request, context);
  std::erase_if(counted, [&request](const Person& person) {
    return std::none_of(
        request.approvals.begin(), request.approvals.end(),
        [&person](const CountedReview& review) { return review.member == person.member; });
  });
  return counted;
}

std::string to_sentence(const Progress& progress) {
  std::string sentence = fmt::format("{} of {} {} approved", progress.done, progress.needed,
                                     progress.needed == 1 ? "person has" : "people have");
  std::string missing;
  for (const auto& part : progress.missing) {
    missing +=
        fmt::format("{}{} more from {}", missing.empty() ? ": " : " and ", part.heads, part.group);
  }
  return sentence + missing + '.';
}

}  // namespace lp::approval
