// Who must say yes: AND/OR trees over groups with counts (approval.md, Rules and quorum).

#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "evidence/roster.h"
#include "json/value.h"

namespace lp::approval {

// Bounds of a rule that was read: beyond them deciding could be made slow on purpose (choosing
// among alternatives is exponential in general).
inline constexpr std::uint64_t rule_heads_max = 100;
inline constexpr std::size_t rule_depth_max = 8;
inline constexpr std::size_t rule_alternatives_max = 64;  // ways to choose one part of each `any`

// `{"all":[…]}`, `{"any":[…]}` or `{"n_of":[count,"role:reviewer"]}`.
struct Rule {
  enum class Kind : std::uint8_t { all, any, n_of };
  Kind kind = Kind::n_of;
  std::vector<Rule> parts;              // all, any: not empty
  std::uint64_t count = 1;              // n_of: at least 1
  std::string group = "role:reviewer";  // n_of: role:…, group:…, member:…, oncall:…

  friend bool operator==(const Rule&, const Rule&) = default;
  [[nodiscard]] json::Value to_json() const;
  [[nodiscard]] Digest sha256() const;  // SHA-256(JCS(rule))
  // Strict and bounded (above); nothing for what to_json() could not have written.
  static std::optional<Rule> from_json(const json::Value& value);
};

// One reviewer.
Rule default_rule();
// Its digest, which every statement of a request names.
const Digest& default_rule_sha256();

// A person as the rule sees one: all roster entries of one member taken together.
struct Person {
  std::string member;
  std::set<std::string> groups;  // "role:reviewer", "group:finance", "member:mem_…"
};
// Members without a key are left out.
std::vector<Person> people_of(const std::vector<evidence::RosterEntry>& entries);

// Whether the distinct `approvers` satisfy the rule: each person counts once in the whole tree.
[[nodiscard]] bool satisfied(const Rule& rule, const std::vector<Person>& approvers);
// Whether `person` could contribute to the rule.
[[nodiscard]] bool may_contribute(const Rule& rule, const Person& person);
// The fewest heads that satisfy the rule (k of RuleRef).
[[nodiscard]] std::uint64_t heads_required(const Rule& rule);

}  // namespace lp::approval
