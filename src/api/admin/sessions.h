// Everybody's sessions at the command line: whoever runs the server lists them and ends them.

#pragma once

#include "api/routes.h"

namespace lp::api {

// {sessions:[{id, member, name, key, class, created_at, expires_at, active, last_used_at?,
// network?}]}, newest first.
net::Outcome list_all_sessions(Context& context, Call& call);
// {member} → {ended}: all of theirs.
net::Outcome end_sessions_of(Context& context, Call& call);
net::Outcome end_any_session(Context& context, Call& call);

}  // namespace lp::api
