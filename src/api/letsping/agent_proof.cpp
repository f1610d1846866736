#include "api/letsping/agent_proof.h"

#include "api/errors.h"
#include "api/letsping/raw_members.h"

namespace lp::api {

namespace {

// The text of a string literal that has no escapes, which neither ids nor hex need.
std::optional<std::string_view> plain_text(std::optional<std::string_view> literal) {
  if (!literal || literal->size() < 2 || literal->front() != '"' || literal->contains('\\')) {
    return std::nullopt;
  }
  return literal->substr(1, literal->size() - 2);
}

}  // namespace

std::expected<std::optional<AgentProof>, net::Reply> check_agent_proof(std::string_view body,
                                                                       const AgentSecret& secret) {
  // Most bodies are unsigned; they are not scanned member by member.
  if (!body.contains("\"agent_signature\"") && !body.contains("\"agent_id\"")) {
    return std::optional<AgentProof>{};
  }
  const auto id_literal = raw_member(body, "agent_id");
  const auto signature_literal = raw_member(body, "agent_signature");
  if (!id_literal && !signature_literal) return std::optional<AgentProof>{};

  const auto refused = [] { return std::unexpected(refuse(Reason::agent_signature_invalid)); };
  const auto id = plain_text(id_literal);
  const auto signature = plain_text(signature_literal);
  if (!id || !signature) return refused();
  const auto key = secret(*id);
  if (!key) return refused();
  const identity::SignedCall signed_call{
      .project_id = raw_member(body, "project_id").value_or(""),
      .service = raw_member(body, "service").value_or(""),
      .action = raw_member(body, "action").value_or(""),
      .payload = raw_member(body, "payload").value_or(""),
  };
  const auto candidate = identity::verify_agent_signature(signed_call, key->reveal(), *signature);
  if (!candidate) return refused();
  return std::optional<AgentProof>{{std::string(*id), *candidate}};
}

}  // namespace lp::api
