// Requests at the command line: list, show with an offer, and take a signed decision.

#pragma once

#include "api/routes.h"

namespace lp::api {

net::Outcome list_requests(Context& context, Call& call);
// ?member=&key=: with the offer for that approver's key, when it is in the roster.
net::Outcome show_request(Context& context, Call& call);
net::Outcome decide(Context& context, Call& call);

}  // namespace lp::api
