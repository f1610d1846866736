// Who stands behind a call of an agent: the agent itself where it proved that, else its API key.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/commands.h"
#include "core/directory.h"

namespace lp::core {

struct Asker {
  std::string agent_id;  // an agent's, or the key's id
  std::string owner;     // the member who answers for it
  evidence::Actor actor;
};

// Nothing when the key or the agent is unknown, revoked or of another project.
std::optional<Asker> asker_of(const Directory& directory, std::string_view project,
                              std::string_view api_key, const AgentProof& proof);

}  // namespace lp::core
