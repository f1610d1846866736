// Requests with the ruling that is expected of them: the tests of a policy, in a file of their own.
//
//   cases:
//     - name: a refund of 20 takes one reviewer
//       request: { service: stripe, action: refund, facts: { amount: 20, currency: EUR } }
//       expect: { effect: review, level: medium, rule: defaults }

#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/policy.h"

namespace lp::policy {

inline constexpr std::size_t cases_max = 10'000;

struct CaseRequest {
  std::string service, action, agent, agent_owner, proof, environment, role, priority, address;
  std::optional<json::Value> facts, payload;
  std::optional<Decimal> shield;
  Instant at{1'772'442'000'000};  // Monday, 2026-03-02T09:00:00Z

  [[nodiscard]] Asked asked() const;
};

struct Earlier {
  std::int64_t ago_ms = 0;
  CaseRequest request;
};

struct Case {
  std::string name;
  Mark at;
  CaseRequest request;
  std::vector<Earlier> earlier;  // what was asked before, oldest first
  std::optional<Effect> effect;
  std::optional<Level> level;
  std::optional<std::string> rule;
  std::optional<std::uint64_t> people;  // as many people as it takes
};

std::expected<std::vector<Case>, Problems> read_cases(std::string_view text);

struct CaseResult {
  Ruling ruling;
  // "level is high, not medium"; empty when the case passes.
  std::vector<std::string> differences;
};
CaseResult run_case(const Policy& policy, const Case& one);

// The fewest people that the ruling asks; 0 when it asks nobody.
[[nodiscard]] std::uint64_t people_asked(const Policy& policy, const Ruling& ruling);

}  // namespace lp::policy
