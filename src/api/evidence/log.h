// GET /log/{hex}/checkpoint and /log/{hex}/tile/…: the log of one project as c2sp.org/tlog-tiles
// (evidence.md 5). For API keys of role auditor or admin of that project, and for a session that
// Context::session_reads_log accepts; to anybody else the log is not there.

#pragma once

#include "api/routes.h"

namespace lp::api {

net::Outcome log_checkpoint(Context& context, Call& call);
// tile/<L>/<N>[.p/<W>] and tile/entries/<N>[.p/<W>]; never beyond the signed size.
net::Outcome log_tile(Context& context, Call& call);

}  // namespace lp::api
