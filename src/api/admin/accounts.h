// Linked accounts at the command line: whoever runs the server lists, links and unlinks them.

#pragma once

#include "api/routes.h"

namespace lp::api {

// ?member=: of that one; else of all.
net::Outcome list_all_accounts(Context& context, Call& call);
// {member} → {url, expires_at}
net::Outcome link_account(Context& context, Call& call);
net::Outcome unlink_any_account(Context& context, Call& call);

}  // namespace lp::api
