// POST /api/agents/handoff, POST and GET /api/agents/handoff-outcome: what one agent hands to
// another and what became of it (wire.md Decision 2).

#pragma once

#include "api/routes.h"

namespace lp::api {

net::Outcome create_handoff(Context& context, Call& call);
net::Outcome record_outcome(Context& context, Call& call);
net::Outcome show_outcomes(Context& context, Call& call);

}  // namespace lp::api
