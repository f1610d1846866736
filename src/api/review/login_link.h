// The link that brings a new browser (docs/reference/review-api.md): its token opens nothing but a
// proposal, and the key that comes with it counts once an owner has signed the roster that lists
// it. The token travels only in bodies.

#pragma once

#include "api/routes.h"

namespace lp::api {

// {token} → {member:{id, name}, log_name, state, key?, expires_at}; uses nothing up.
net::Outcome show_login_link(Context& context, Call& call);
// {token, spki} → {proposal, key, expires_at}: the key waits for an owner. The same key again gives
// the same answer, another one 410.
net::Outcome use_login_link(Context& context, Call& call);

}  // namespace lp::api
