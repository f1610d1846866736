// Policies on the dashboard: which is in force, the versions there are, and what a draft would have
// done. Who sees a project sees its policy; owners, admins and policy authors write it, and others
// than the author put it into force (core/policies.h).

#pragma once

#include "api/review/session.h"

namespace lp::api {

// {projects: [{id, name, writes, in_force, versions, waiting: [{request, version, asked_at}]}]};
// in_force is 0 where none is, and `waiting` are the requests to put one into force.
net::Outcome list_project_policies(Context& context, Call& call, const Session& session);
// {project}, {version}: the version with `document`, its `rules` in their order as sentences, and
// what it `changes` against the one in force.
net::Outcome show_project_policy(Context& context, Call& call, const Session& session);
// {project, document} → {version, sha256, known}: its author is the member.
net::Outcome push_project_policy(Context& context, Call& call, const Session& session);
// → {request, level, decide_by}
net::Outcome activate_project_policy(Context& context, Call& call, const Session& session);
// api/policy_body.h, replay_draft
net::Outcome replay_project_policy(Context& context, Call& call, const Session& session);

}  // namespace lp::api
