// What the policy in force says of a request, when it is asked and when it is revised. lp-core
// only.
//
// Whatever goes wrong on the way makes the ruling stricter or refuses the request; nothing is ever
// approved because a policy could not be asked.

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/asker.h"
#include "core/request_event.h"
#include "core/work.h"
#include "json/parse.h"
#include "policy/policy.h"

namespace lp::core {

struct AskRuling {
  policy::Effect effect = policy::Effect::review;
  evidence::Level level = evidence::Level::medium;
  std::optional<approval::Ruled> ruled;      // absent: no policy is in force
  std::optional<std::int64_t> decide_by_ms;  // at most
  std::string explained;                     // JSON (policy/policy.h, explain), "" without a policy
  std::vector<policy::WindowEntry> entries;  // to count once it is asked
};

// What is done of what a policy says: an agent's priority only ever raises it.
struct Treatment {
  policy::Effect effect = policy::Effect::review;
  evidence::Level level = evidence::Level::medium;
};
[[nodiscard]] Treatment treatment_of(const policy::Ruling& ruling, std::string_view priority);

// By the policy in force; by the priority alone where there is none. Fault::policy_unusable when it
// cannot be read.
std::expected<AskRuling, Refused> rule_on(Work& work, const ProjectView& project,
                                          const ProjectLog& log, const Ingest& command,
                                          const Asker& asker);
// The request was asked: later ones see it.
void count(Work& work, const ProjectView& project, const AskRuling& ruling, Instant at);

// The stricter of two in each part, for a revision: it never comes out milder than before.
void raise(approval::Request& request, const AskRuling& ruling, bool single_operator);

// What a stored request looked like to a policy; nothing when it does not open. The texts and trees
// that `asked` points into live in here.
struct StoredAsk {
  store::Request row;
  Details details;
  std::optional<json::Document> facts, payload;

  [[nodiscard]] policy::Asked asked() const;
};
std::optional<StoredAsk> stored_ask(const Keys& keys, const store::Request& row);

}  // namespace lp::core
