// What executors do with permits: look at one, claim it, say what became of it
// (docs/reference/permits.md).

#pragma once

#include <optional>

#include "api/routes.h"
#include "core/views.h"
#include "json/value.h"

namespace lp::api {

// GET /api/permits/{id}: the token, what was asked, the approved bytes and the decision's receipt;
// for the executor that it names.
net::Outcome show_permit(Context& context, Call& call);
// POST /api/permits/{id}/claim {token_sha256, nonce, claim_key} → {claim, lease_until, replay?}
net::Outcome claim_permit(Context& context, Call& call);
// POST /api/permits/{id}/outcome {outcome, claim_key}
net::Outcome report_outcome(Context& context, Call& call);

// What /api/status tells of it: {id, executor, state, use_by, token}; nothing when there is none.
std::optional<json::Value> permit_told(Context& context, const core::RequestView& view);
// What people are shown of it, who claim nothing and so need no token:
// {id, executor: {id, name}, state, use_by, lease_until?}; nothing when there is none.
std::optional<json::Value> permit_shown(Context& context, const core::Directory& directory,
                                        const core::RequestView& view);

}  // namespace lp::api
