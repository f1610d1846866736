// Erasing at the command line, and what may not be erased. The socket erases nothing by itself:
// what comes in here counts by the signatures of owners.

#pragma once

#include "api/routes.h"

namespace lp::api {

// {request, basis, operator} → {project, name, log_name, document, request: its summary}: what an
// owner signs, exactly. Nothing is stored.
net::Outcome begin_erasure(Context& context, Call& call);
// {project, document, signatures: [{spki, signature}] as text} → {request, index, complete_by,
// wal_clean}.
net::Outcome perform_erasure(Context& context, Call& call);

// {holds: [{id, project, request?, reason, created_at, index}]}
net::Outcome list_holds(Context& context, Call& call);
// {project, request?, reason} → the hold.
net::Outcome add_hold(Context& context, Call& call);
// {reason} → {}
net::Outcome end_hold(Context& context, Call& call);

}  // namespace lp::api
