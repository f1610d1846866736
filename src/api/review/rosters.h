// Who decides, in the dashboard: the rosters as they were signed, and the changes that wait for an
// owner, who signs them with the key of their browser.

#pragma once

#include "api/review/session.h"
#include "api/routes.h"

namespace lp::api {

// Whether the key of the session is an owner's in every roster: only then can it sign a change,
// which is one of all of them.
[[nodiscard]] bool owns_rosters(const core::Directory& directory, const Session& session);

// {time, projects:[{id, name, origin, rosters}], members:[{id, name}]}: of the projects that the
// session sees.
net::Outcome list_rosters(Context& context, Call& call, const Session& session);

// For owners of all rosters, who alone sign, and for who manages people in all of them; for
// everybody else 403 `not_permitted`.
net::Outcome list_proposals(Context& context, Call& call, const Session& session);
net::Outcome show_proposal(Context& context, Call& call, const Session& session);
// {changes, names} → {versions}: the signed rosters are in force, and the proposal is gone.
net::Outcome sign_proposal(Context& context, Call& call, const Session& session);
// The same where nothing was proposed: an owner vouches for keys that others brought.
net::Outcome sign_rosters(Context& context, Call& call, const Session& session);
net::Outcome withdraw_proposal(Context& context, Call& call, const Session& session);
// A body as of POST /admin/roster-proposals → the proposal. A member comes, goes or is given other
// roles, or a device goes; what concerns an owner only an owner asks for.
net::Outcome propose_change(Context& context, Call& call, const Session& session);

}  // namespace lp::api
