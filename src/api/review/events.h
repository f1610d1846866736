// The live inbox: server-sent events for a signed-in browser (docs/reference/review-api.md).
//
// An event says that something changed and where to look: ids, a version and a state, never
// content, and only of projects that the member sees at that moment. A stream keeps its position in
// the core's feed and nothing else, so it neither misses nor repeats, and costs the same however
// slowly it is read. It ends when its session does.

#pragma once

#include "api/review/session.h"
#include "api/routes.h"

namespace lp::api {

net::Outcome stream_events(Context& context, Call& call, const Session& session);

}  // namespace lp::api
