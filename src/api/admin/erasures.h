// Erasing at the command line, and what may not be erased. The socket erases nothing by itself:
// what comes in here counts by the signatures of owners.

#pragma once

#include "api/routes.h"

namespace lp::api {

// {request | subject, basis, operator} → what an owner signs (review/erasure_body.h).
net::Outcome begin_erasure(Context& context, Call& call);
// {items} → what became of it; both as there.
net::Outcome perform_erasure(Context& context, Call& call);
// As begin_erasure → {id, expires_at, url}: it waits for an owner's signature in the dashboard.
net::Outcome propose_erasure(Context& context, Call& call);

// {holds: [{id, project, request?, subject?, reason, created_at, index}]}
net::Outcome list_holds(Context& context, Call& call);
// {project, request? | subject?, reason} → the hold.
net::Outcome add_hold(Context& context, Call& call);
// {reason} → {}
net::Outcome end_hold(Context& context, Call& call);

}  // namespace lp::api
