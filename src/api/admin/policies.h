// The versions of a project's policy, for whoever operates the server.

#pragma once

#include "api/routes.h"

namespace lp::api {

// ?project= → {policies: [{version, sha256, author, created_at, in_force, activated_at?}]}, newest
// first.
net::Outcome list_policies(Context& context, Call& call);
// ?project=: version `in-force` or a number → the same of one, with `document` as it was uploaded.
net::Outcome show_policy(Context& context, Call& call);
// {project, document} → {version, sha256, known}; policy_invalid names line and column.
net::Outcome push_policy(Context& context, Call& call);
// {project} → {request, level, decide_by}: people put it into force, by approving that request.
net::Outcome activate_policy(Context& context, Call& call);
// api/policy_body.h, replay_draft
net::Outcome replay_policy(Context& context, Call& call);

}  // namespace lp::api
