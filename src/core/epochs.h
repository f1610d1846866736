// The kill switches: an epoch that is raised ends every permit of a project, of an agent or of a
// tool that nobody has claimed yet; and the panic button, which ends an agent.

#pragma once

#include <cstdint>
#include <string>

#include "core/apply.h"
#include "evidence/statement.h"

namespace lp::core {

struct RaiseEpoch {
  std::string project;
  std::string kind;             // "project" | "agent" | "tool"
  std::string agent;            // of kind "agent": agent id, or the id of an API key that asks
  std::string service, action;  // of kind "tool"
  std::string reason;           // "" when none
  evidence::Actor actor;
  struct Result {
    std::uint64_t number = 0;
    std::uint64_t revoked = 0;  // permits
  };
};

// In one batch, entirely or not at all: the agent proves nothing any more (or the API key is
// revoked), its open permits are revoked, and what it asked and nobody decided is cancelled.
struct StopAgent {
  std::string project;
  std::string agent;  // agent id, or the id of an API key of the role `agent`
  std::string reason;
  evidence::Actor actor;
  struct Result {
    bool was_revoked = false;  // already, before this
    std::uint64_t number = 0;  // of its epoch now
    std::uint64_t revoked = 0, cancelled = 0;  // permits, requests
  };
};

Applied<RaiseEpoch> apply(Work& work, RaiseEpoch& command);
Applied<StopAgent> apply(Work& work, StopAgent& command);

}  // namespace lp::core
