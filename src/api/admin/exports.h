// The log as a file (`letsping audit export`), step by step: a step is what one request may hold
// up. What an export is, and that no byte of it leaves unlogged: api/evidence/export_run.h.

#pragma once

#include "api/routes.h"

namespace lp::api {

// {project, format: jsonl|csv|ocsf|bundle, from?, to?}, times in UTC or days, from <= time < to:
// {id, project, origin, first, end}.
net::Outcome begin_export(Context& context, Call& call);
// GET: the bytes that come next, which may be none; LP-Done of LP-Work entries were gone through,
// and once it is in the log LP-Event is its index. LP-Last comes with the last bytes. An entry that
// does not verify ends it.
net::Outcome step_export(Context& context, Call& call);

}  // namespace lp::api
