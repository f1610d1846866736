// POST /api/requests/{id}/cancel and /revise: the agent takes its ask back or words it anew.

#pragma once

#include "api/routes.h"

namespace lp::api {

net::Outcome cancel(Context& context, Call& call);
net::Outcome revise(Context& context, Call& call);

}  // namespace lp::api
