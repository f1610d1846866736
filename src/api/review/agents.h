// Agents and API keys on the dashboard: which there are, who answers for them, when they were here
// last; made and ended by who may manage agents (docs/security/authorization.md).
//
// A secret is in the reply that made it and nowhere else.

#pragma once

#include "api/review/session.h"

namespace lp::api {

// {projects: [{id, name, manages, roles, pending, counted, keys, agents}]}: what they see.
net::Outcome list_agents(Context& context, Call& call, const Session& session);

// Of the role `agent`; of the others only who manages people too, for they read the whole log.
net::Outcome add_api_key(Context& context, Call& call, const Session& session);
net::Outcome end_api_key(Context& context, Call& call, const Session& session);

net::Outcome add_agent(Context& context, Call& call, const Session& session);
// A next secret; what was in force before stays so for a while (agents.rotation_overlap_ms).
net::Outcome renew_agent(Context& context, Call& call, const Session& session);
net::Outcome end_agent(Context& context, Call& call, const Session& session);
// The panic button: ends it, or the API key of that id, with its permits and what it asked.
net::Outcome stop_any_agent(Context& context, Call& call, const Session& session);
// Ends every open permit of a project, of an agent or of a tool.
net::Outcome raise_any_epoch(Context& context, Call& call, const Session& session);

}  // namespace lp::api
