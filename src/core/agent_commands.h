// What members do for agents on the dashboard: the commands of the command line, said in the log by
// the one who gave them, and the end of an agent or a webhook. Who may is the door's to know
// (docs/security/authorization.md); a secret that is made here is told once, in the result.

#pragma once

#include <string>

#include "core/apply.h"
#include "evidence/statement.h"

namespace lp::core {

// A command of the command line that a member has given instead.
template <typename C>
struct OfMember {
  C command;
  evidence::Actor actor;
  using Result = typename C::Result;
};

// The agent proves nothing any more, from the next call on: neither with what it has nor with what
// it had before its last rotation. What it asked before stays as it was.
struct RevokeAgent {
  std::string project, agent;
  evidence::Actor actor;
  struct Result {};
};

// Nothing is sent to it any more; what waits to be sent is given up when its time comes.
struct RemoveWebhook {
  std::string project, id;
  evidence::Actor actor;
  struct Result {};
};

Applied<CreateKey> apply(Work& work, OfMember<CreateKey>& command);
Applied<RevokeKey> apply(Work& work, OfMember<RevokeKey>& command);
// Of an agent with a secret that the server knows; one with a key of its own names its next itself.
Applied<RotateAgent> apply(Work& work, OfMember<RotateAgent>& command);
Applied<AddWebhook> apply(Work& work, OfMember<AddWebhook>& command);
Applied<RevokeAgent> apply(Work& work, RevokeAgent& command);
Applied<RemoveWebhook> apply(Work& work, RemoveWebhook& command);

}  // namespace lp::core
