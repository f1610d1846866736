// The log as a file (`letsping audit export`): first the export goes into the log, then its lines
// come out, page by page.
//
// A page needs the index of the export.made event and gives nothing but what that event says: no
// byte leaves unlogged, and however long it takes it is the log as of one checkpoint, because
// entries behind a checkpoint never change.

#pragma once

#include "api/routes.h"

namespace lp::api {

// {project, format: jsonl|csv, from?, to?}, times in UTC or days, from <= time < to: logs it and
// gives {project, event, origin, first, end, opening, closing}; the last two are text to write
// before and after the pages.
net::Outcome begin_export(Context& context, Call& call);
// ?at=INDEX, within the export: lines as they are to be written, and in LP-Next the index that goes
// on. Entries that do not verify end it.
net::Outcome export_page(Context& context, Call& call);

}  // namespace lp::api
