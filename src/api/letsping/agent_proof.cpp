#include "api/letsping/agent_proof.h"

#include <optional>
#include <utility>

#include "api/errors.h"
#include "api/letsping/http_proof.h"
#include "api/letsping/raw_members.h"
#include "api/members.h"

namespace lp::api {

namespace {

// The text of a string literal that has no escapes, which neither ids nor hex need.
std::optional<std::string_view> plain_text(std::optional<std::string_view> literal) {
  if (!literal || literal->size() < 2 || literal->front() != '"' || literal->contains('\\')) {
    return std::nullopt;
  }
  return literal->substr(1, literal->size() - 2);
}

const store::Agent* agent_of(const Call& call, std::string_view id) {
  return call.directory->agent(call.key->project, id);
}

// What was replaced stays in force for a while.
bool overlaps(const store::Agent& agent, Instant now) {
  return agent.previous_until && now < *agent.previous_until;
}

AgentSecrets secrets_of(Context& context, const Call& call) {
  return [&context, &call](std::string_view id) {
    std::vector<Secret> secrets;
    const store::Agent* agent = agent_of(call, id);
    if (agent == nullptr) return secrets;
    const auto add = [&](const std::string& sealed) {
      if (sealed.empty()) return;
      if (auto secret = context.engine.keys().unwrap(sealed)) secrets.push_back(*std::move(secret));
    };
    add(agent->secret_sealed);
    if (overlaps(*agent, context.engine.clock().now())) add(agent->previous_secret_sealed);
    return secrets;
  };
}

AgentPublicKeys public_keys_of(Context& context, const Call& call) {
  return [&context, &call](std::string_view id) {
    std::vector<std::string> keys;
    const store::Agent* agent = agent_of(call, id);
    if (agent == nullptr) return keys;
    if (!agent->public_key.empty()) keys.push_back(agent->public_key);
    if (overlaps(*agent, context.engine.clock().now()) && !agent->previous_public_key.empty()) {
      keys.push_back(agent->previous_public_key);
    }
    return keys;
  };
}

}  // namespace

std::expected<core::AgentProof, net::Reply> check_agent_proof(std::string_view body,
                                                              const AgentSecrets& secrets) {
  // Most bodies are unsigned; they are not scanned member by member.
  if (!body.contains("\"agent_signature\"") && !body.contains("\"agent_id\"")) {
    return core::AgentProof{};
  }
  const auto id_literal = raw_member(body, "agent_id");
  const auto signature_literal = raw_member(body, "agent_signature");
  if (!id_literal && !signature_literal) return core::AgentProof{};

  const auto refused = [] { return std::unexpected(refuse(Reason::agent_signature_invalid)); };
  const auto id = plain_text(id_literal);
  const auto signature = plain_text(signature_literal);
  if (!id || !signature) return refused();
  const identity::SignedCall signed_call{
      .project_id = raw_member(body, "project_id").value_or(""),
      .service = raw_member(body, "service").value_or(""),
      .action = raw_member(body, "action").value_or(""),
      .payload = raw_member(body, "payload").value_or(""),
  };
  for (const Secret& secret : secrets(*id)) {
    const auto candidate =
        identity::verify_agent_signature(signed_call, secret.reveal(), *signature);
    if (!candidate) continue;
    return core::AgentProof{.agent_id = std::string(*id),
                            .strength = "hmac",
                            .candidate = std::string(identity::to_string(*candidate))};
  }
  return refused();
}

std::expected<core::AgentProof, net::Reply> prove_agent(Context& context, const Call& call) {
  if (!has_http_signature(call.request)) {
    return check_agent_proof(call.request.body, secrets_of(context, call));
  }
  if (raw_member(call.request.body, "agent_signature")) {
    return std::unexpected(refuse(Reason::http_signature_invalid, "send one proof, not two"));
  }
  return check_http_proof(call.request, public_keys_of(context, call),
                          context.engine.clock().now());
}

const json::Value& AgentCall::members() const {
  return wrapped ? *document.root.find("payload") : document.root;
}

std::expected<AgentCall, net::Reply> read_agent_call(Context& context, Call& call,
                                                     std::string_view action) {
  auto proof = prove_agent(context, call);
  if (!proof) return std::unexpected(std::move(proof.error()));
  auto document = read_object(std::move(call.request.body));
  if (!document) return std::unexpected(std::move(document.error()));
  AgentCall read{.document = *std::move(document), .proof = *std::move(proof)};
  const json::Value& root = read.document.root;
  read.wrapped = read.proof.strength == "hmac";
  if (!read.wrapped) {
    // Names spelt with escapes: the proof did not see them, so nothing was verified.
    if (root.find("agent_id") != nullptr || root.find("agent_signature") != nullptr) {
      return std::unexpected(refuse(Reason::agent_signature_invalid));
    }
    return read;
  }
  // Signed for something else, or for another project: an ask must not pass for an outcome.
  const json::Value* payload = root.find("payload");
  if (root.find_string("project_id") != call.key->project ||
      root.find_string("service") != "letsping" || root.find_string("action") != action ||
      payload == nullptr || !payload->is_object()) {
    return std::unexpected(refuse(Reason::agent_signature_invalid));
  }
  return read;
}

}  // namespace lp::api
