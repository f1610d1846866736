// Closed logs at the command line. The socket opens nothing by itself: what comes in here counts by
// the signatures of owners.

#pragma once

#include "api/routes.h"

namespace lp::api {

// {log_name, url, time, successions} (review/successions.h)
net::Outcome show_successions(Context& context, Call& call);
// {openings} → {opened}
net::Outcome open_successors(Context& context, Call& call);

}  // namespace lp::api
