// Who a call of an agent comes from, beside its API key: an HTTP message signature under a key of
// the agent's own (RFC 9421), or the weak proof of published clients, agent_id and agent_signature
// in the body (wire.md B4).

#pragma once

#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/routes.h"
#include "base/secret.h"
#include "core/commands.h"
#include "identity/agent_signature.h"
#include "json/parse.h"
#include "net/message.h"

namespace lp::api {

// The HMAC secrets of an agent of the caller's project that are in force, newest first; none for
// any other id. Valid as long as the call.
using AgentSecrets = std::function<std::vector<Secret>(std::string_view agent_id)>;

// Looks at the raw body, before the strict rules. A proof without agent for a body without either
// member; one error for a wrong signature, an unknown agent, and one member without the other, so
// that agent ids cannot be probed.
std::expected<core::AgentProof, net::Reply> check_agent_proof(std::string_view body,
                                                              const AgentSecrets& secrets);

// The same of the whole call: an HTTP signature where there is one, else the body. Who sends both
// is refused, because nobody could say which of them is meant.
std::expected<core::AgentProof, net::Reply> prove_agent(Context& context, const Call& call);

// A call of an agent that is no ask. Its members are the body's own; or, signed like an ask, those
// of `payload` in {project_id, service: "letsping", action, payload, agent_id, agent_signature}.
struct AgentCall {
  json::Document document;
  core::AgentProof proof;
  bool wrapped = false;

  [[nodiscard]] const json::Value& members() const [[clang::lifetimebound]];
  [[nodiscard]] std::string pointer() const { return wrapped ? "/payload" : ""; }
};
std::expected<AgentCall, net::Reply> read_agent_call(Context& context, Call& call,
                                                     std::string_view action);

}  // namespace lp::api
