// The inbox and one request, for a member who stands in the roster: what they see, and their signed
// decision.

#pragma once

#include <optional>
#include <string>

#include "api/review/session.h"
#include "api/routes.h"

namespace lp::api {

// Why the request of this id is not there for this member: only those of their projects are.
std::optional<net::Reply> hidden_request(Context& context, const core::Directory& directory,
                                         const std::string& id, const Session& session);

// {requests, next?}, newest first, filtered by the query.
net::Outcome list_reviews(Context& context, Call& call, const Session& session);
net::Outcome show_review(Context& context, Call& call, const Session& session);
// {version} → {}: the payload is on screen.
net::Outcome note_viewed(Context& context, Call& call, const Session& session);
// {core, signature, reason?, edit?} → the request as it stands then.
net::Outcome decide_review(Context& context, Call& call, const Session& session);

}  // namespace lp::api
