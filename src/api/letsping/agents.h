// POST /api/agents/register: an agent identity with an HMAC secret, shown once (wire.md A2).

#pragma once

#include "api/routes.h"

namespace lp::api {

net::Outcome register_agent(Context& context, Call& call);

}  // namespace lp::api
