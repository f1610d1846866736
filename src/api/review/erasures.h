// Erasures that wait for an owner, who signs them in the dashboard with the key of their browser.
// For owners of all rosters; for everybody else 403 `not_permitted`.

#pragma once

#include "api/review/session.h"
#include "api/routes.h"

namespace lp::api {

// {id, basis, operator, created_at, expires_at} and what is to be signed now (erasure_body.h).
net::Outcome show_erasure(Context& context, Call& call, const Session& session);
// {items} → what became of it, as there; the proposal is gone.
net::Outcome sign_erasure(Context& context, Call& call, const Session& session);
// → {}
net::Outcome withdraw_erasure(Context& context, Call& call, const Session& session);

}  // namespace lp::api
