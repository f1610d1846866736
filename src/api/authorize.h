// Who calls, and how often they may. The only place that looks at Authorization.

#pragma once

#include <optional>

#include "api/routes.h"

namespace lp::api {

// Fills in key and project of the call, or refuses. 401 is the same for a missing, malformed,
// unknown and revoked key; 403 for a live key of another role.
std::optional<net::Reply> authorize(Context& context, Call& call, Auth auth);

// Takes one from the bucket of the caller's key; the refusal when it is empty.
std::optional<net::Reply> limit_key(Context& context, const Call& call);

}  // namespace lp::api
