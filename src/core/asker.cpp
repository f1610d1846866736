#include "core/asker.h"

#include <algorithm>

namespace lp::core {
namespace {

using evidence::ActorKind;
using evidence::ActorMethod;

// The person who answers for the agent: who made its key, or the setup owner.
std::string owner_of(const Directory& directory, const std::string& made_by) {
  if (made_by == "setup_owner") return directory.setup_owner.value_or(made_by);
  return made_by;
}

// An HMAC can be made by whoever stores the secret, so the key that stands for the call is still
// the API key; an HTTP signature is made by the agent's own key alone.
evidence::Actor agent_actor(const AgentProof& proof, const std::string& api_key) {
  if (proof.strength == "httpsig") {
    return {.id = proof.agent_id,
            .kind = ActorKind::agent,
            .method = ActorMethod::httpsig,
            .key = proof.key};
  }
  return {.id = proof.agent_id,
          .kind = ActorKind::agent,
          .method = proof.strength == "hmac" ? ActorMethod::hmac : ActorMethod::api_key,
          .key = api_key};
}

}  // namespace

std::optional<Asker> asker_of(const Directory& directory, std::string_view project,
                              std::string_view api_key, const AgentProof& proof) {
  const auto key = std::ranges::find_if(
      directory.keys, [&](const auto& item) { return item.second.id == api_key; });
  if (key == directory.keys.end() || key->second.revoked || key->second.project != project) {
    return std::nullopt;
  }
  const std::string& id = key->second.id;
  if (proof.agent_id.empty()) {
    return Asker{
        .agent_id = id,
        .owner = owner_of(directory, key->second.made_by),
        .actor = {.id = id, .kind = ActorKind::api_key, .method = ActorMethod::api_key, .key = id}};
  }
  const store::Agent* agent = directory.agent(project, proof.agent_id);
  if (agent == nullptr) return std::nullopt;
  return Asker{.agent_id = agent->id,
               .owner = owner_of(directory, agent->made_by),
               .actor = agent_actor(proof, id)};
}

}  // namespace lp::core
