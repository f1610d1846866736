// GET /api/agents/proof, /attestation and /resolve: what this server vouches for, signed for others
// to check (wire.md B7, Decision 1; evidence/claim.h). A key is told about its own project only.

#pragma once

#include "api/routes.h"

namespace lp::api {

net::Outcome show_proof(Context& context, Call& call);
net::Outcome show_attestation(Context& context, Call& call);
net::Outcome resolve_handle(Context& context, Call& call);

}  // namespace lp::api
