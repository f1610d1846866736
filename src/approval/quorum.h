// Rules as people meet them: read from a policy with what is wrong and where, held against the
// roster before they are saved, and shown as how far a request has come ("1 of 2, 1 more from
// group:finance").

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "approval/request.h"
#include "approval/rule.h"
#include "base/digest.h"
#include "evidence/values.h"
#include "policy/document.h"

namespace lp::approval {

// A policy's level is an evidence::Level of the same name.
[[nodiscard]] evidence::Level level_of(policy::Level level);

// Who must approve at a level while no policy says more: one reviewer, and at critical two of them
// where there is anybody else (approval.md, Levels).
[[nodiscard]] const Rule& rule_of_level(evidence::Level level, bool single_operator);
// Its digest, which every statement of such a request names.
[[nodiscard]] const Digest& rule_of_level_sha256(evidence::Level level, bool single_operator);
// The same for a request: what ruled on it says who, and where nothing did its level.
[[nodiscard]] const Rule& rule_of(const Request& request, bool single_operator);
[[nodiscard]] Digest rule_sha256_of(const Request& request, bool single_operator);
// A policy's rule at a level that asks more people than it does (a priority may have raised it): as
// many reviewers more.
[[nodiscard]] Rule rule_at_level(const Rule& rule, evidence::Level level, bool single_operator);
// All that these can be: the documents that a log's statements name.
[[nodiscard]] const std::vector<Rule>& rules_of_levels();

// What a policy is read with: the heads that a tree asks at least, or what is wrong with it. A rule
// of no approvals is none.
[[nodiscard]] std::expected<std::uint64_t, policy::QuorumFault> read_quorum(
    const json::Value& value);

// Why these people together can never satisfy the rule, as a sentence; nothing if they can.
[[nodiscard]] std::optional<std::string> unsatisfiable(const Rule& rule,
                                                       const std::vector<Person>& people);

// How far the distinct `approvers` have come, on the way to the rule that is nearest.
struct Progress {
  struct Missing {
    std::string group;
    std::uint64_t heads = 0;
  };
  std::uint64_t done = 0, needed = 0;
  std::vector<Missing> missing;  // in the order of the rule
};
[[nodiscard]] Progress progress(const Rule& rule, const std::vector<Person>& approvers);

// Of a request: whose approvals count now, and on the way to the rule in force.
[[nodiscard]] std::vector<Person> counted_people(const Request& request, const Context& context);

// "1 of 2 people have approved: 1 more from group:finance."
[[nodiscard]] std::string to_sentence(const Progress& progress);

}  // namespace lp::approval
