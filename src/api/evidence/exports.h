// Exports under way, and the door for API keys.
//
// GET /api/audit/export?format=jsonl|csv|ocsf|bundle&from=&to=: for keys of role auditor or admin,
// of the key's project, as a stream without a length. The export is an event of the log, by that
// key, before the status line: what the log refuses is refused like any other request. One that
// cannot be finished later ends without what closes its format.

#pragma once

#include "api/routes.h"

namespace lp::api {

net::Outcome stream_export(Context& context, Call& call);

}  // namespace lp::api
