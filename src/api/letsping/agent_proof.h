// The weak proof of published clients: agent_id and agent_signature in the ingest body (wire.md
// B4).

#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "identity/agent_signature.h"
#include "net/message.h"

namespace lp::api {

struct AgentProof {
  std::string agent_id;
  identity::Candidate candidate;
};

// The HMAC secret of an agent of the caller's project; nothing for any other id.
using AgentSecret = std::function<std::optional<Secret>(std::string_view agent_id)>;

// Looks at the raw body, before the strict rules. Nothing for a body without either member; one
// error for a wrong signature, an unknown agent, and one member without the other, so that agent
// ids cannot be probed.
std::expected<std::optional<AgentProof>, net::Reply> check_agent_proof(std::string_view body,
                                                                       const AgentSecret& secret);

}  // namespace lp::api
