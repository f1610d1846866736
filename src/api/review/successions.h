// Logs that were closed after a rollback, over the wire: what an owner signs so that others open in
// their place. One form for the dashboard and the command line; what is signed travels as exact
// texts.

#pragma once

#include <expected>
#include <string>

#include "api/review/session.h"
#include "api/routes.h"
#include "core/commands.h"
#include "json/value.h"

namespace lp::api {

// [{project, name, document, head, entries}]: of all projects whose closed log waits, made anew at
// each call and good for half an hour.
json::Value describe_successions(Context& context, const core::Directory& directory);
// From {openings:[{project, document, owners, head, signatures}]}. Form only: what it means is the
// core's to say.
std::expected<core::OpenSuccessors, net::Reply> read_openings(std::string body);
// {opened:[{project, origin, predecessor}]}
net::Reply describe_opened(const core::OpenSuccessors::Result& result);

// {time, successions}; for owners of all rosters, for everybody else 403 `not_permitted`.
net::Outcome list_successions(Context& context, Call& call, const Session& session);
// {openings} → {opened}: all of them are open, or none.
net::Outcome sign_successions(Context& context, Call& call, const Session& session);

}  // namespace lp::api
