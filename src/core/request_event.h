// What every statement about a request says in the same way, in one place: the reference to the
// request, policy, rule, roster and payload, and the project's marks.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/work.h"

namespace lp::core {

// What a client announces at ingest that can be asked for changes.
inline constexpr std::string_view changes_capability = "request_changes";
[[nodiscard]] bool takes_changes(const std::vector<std::string>& capabilities);

// The rule, people and time that the state machine needs, for the roster in force.
approval::Context context_of(const Work& work, const ProjectView& project, const ProjectLog& log,
                             const approval::Request& request);

// What a request's statements and cores name: the policy that ruled on it, and its rule with how
// many of the project's people could contribute to it.
evidence::PolicyRef policy_ref(const approval::Request& request);
evidence::RuleRef rule_ref(const ProjectView& project, const approval::Request& request);

// A statement of `type` about the request as it stands in `open.state`, by `actor`.
evidence::Statement request_statement(const ProjectView& project, const Work::Open& open,
                                      evidence::EventType type, evidence::Actor actor);

// Announced with what is queued for sending.
inline constexpr std::string_view outbox_topic = "outbox";
// Queues the webhooks and the callback of a request that has just been decided.
void queue_webhooks(Work& work, const Work::Open& open, bool has_callback);

// The fields of a request that the server can read, sealed together under its DEK.
struct Details {
  // Exact texts, "" when none.
  std::string facts, schema, callback_url, client_nonce, descriptor, escrow;
  std::string address;  // of the peer that asked
  std::string ruling;   // JSON (policy/policy.h, explain), of the policy that was in force
  std::vector<std::string> capabilities, lossy;
  std::vector<seal::DeclaredAttachment> attachments;

  [[nodiscard]] std::string to_json() const;
  static std::optional<Details> from_json(std::string text);
};

// Opens a request's DEK and details; Fault::row_tampered when they do not open.
struct Opened {
  Secret dek;
  Details details;
};
std::expected<Opened, Refused> open_details(const Keys& keys, const store::Request& row);

}  // namespace lp::core
