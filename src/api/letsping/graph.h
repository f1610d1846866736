// /api/langgraph/checkpoints: the remote checkpointer of the published LangGraph integrations. They
// send checkpoints in clear even with a content key (wire.md D-20); the core seals them on arrival.

#pragma once

#include "api/routes.h"

namespace lp::api {

net::Outcome put_checkpoint(Context& context, Call& call);
// One by id, or the newest of the thread; 404 when there is none.
net::Outcome get_checkpoint(Context& context, Call& call);
// All of a thread. The reply is JSON, because Node parses every 2xx (wire.md 0.7).
net::Outcome delete_thread(Context& context, Call& call);

}  // namespace lp::api
