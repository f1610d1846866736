// Who belongs to the installation, and the first of them, set up at a terminal instead of in a
// browser.

#pragma once

#include "api/routes.h"

namespace lp::api {

// {token, name, spki, rosters} → {member, key}: as the page's finish, without a session. Its
// beginning is the page's own (api/review/setup.h).
net::Outcome finish_setup_here(Context& context, Call& call);

// {members:[{id, name, roles, devices, created_at, removed_at?}]}: roles as in the rosters of all
// projects together, devices the number that can decide.
net::Outcome list_members(Context& context, Call& call);

}  // namespace lp::api
