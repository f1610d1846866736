// Logs that open in the place of others, over the wire: what an owner signs after a rollback, or
// to take a demonstration live. One form for the dashboard and the command line; what is signed
// travels as exact texts.

#pragma once

#include <string>

#include "api/review/session.h"
#include "api/routes.h"
#include "json/value.h"

namespace lp::api {

// [{project, name, document, head, entries}]: of all projects whose closed log waits, made anew at
// each call and good for half an hour.
json::Value describe_successions(Context& context, const core::Directory& directory);
// Who asks for what an owner signs to go live: with the key of that id, and under which name.
struct GoLiveAsk {
  std::string public_url, key, operator_name;
};
// {log_name, url, time, successions}, in the same form, of all projects. 400 `query_invalid` for an
// address that is none, 409 `already_live`, 409 `requests_waiting`.
net::Outcome offer_go_live(Context& context, const Call& call, GoLiveAsk ask);

// From {openings:[{project, document, owners, head, signatures}], public_url?}, the latter to go
// live: {opened:[{project, origin, predecessor}]}.
net::Outcome open_signed(Context& context, Call& call);

// {time, successions}; for owners of all rosters, for everybody else 403 `not_permitted`. With
// ?public_url= what takes a demonstration live.
net::Outcome list_successions(Context& context, Call& call, const Session& session);
// {openings, public_url?} → {opened}: all of them are open, or none.
net::Outcome sign_successions(Context& context, Call& call, const Session& session);

}  // namespace lp::api
