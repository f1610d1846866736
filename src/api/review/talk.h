// What members do about a request besides deciding it: what they say, whose turn it is, and until
// when they put it off.

#pragma once

#include "api/review/session.h"
#include "api/routes.h"

namespace lp::api {

// {remarks:[…]}, oldest first; where the server can open them, for those who may read the payload.
net::Outcome list_remarks(Context& context, Call& call, const Session& session);
// {id, version, note} or {id, version, text} → {}
net::Outcome comment(Context& context, Call& call, const Session& session);
// {assignee} → {}; "" for nobody
net::Outcome assign(Context& context, Call& call, const Session& session);
// {until?} → {}; without it the request is here again
net::Outcome put_off(Context& context, Call& call, const Session& session);
// {versions:[…]}: what the agent asked before it revised it, oldest first.
net::Outcome list_versions(Context& context, Call& call, const Session& session);

}  // namespace lp::api
