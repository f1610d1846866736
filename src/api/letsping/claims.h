// GET /api/agents/proof, /attestation and /resolve: what this server vouches for, signed for others
// to check (wire.md B7, Decision 1; evidence/claim.h). A key is told about its own project only.

#pragma once

#include <cstdint>

#include "api/routes.h"
#include "json/value.h"

namespace lp::api {

net::Outcome show_proof(Context& context, Call& call);
net::Outcome show_attestation(Context& context, Call& call);
net::Outcome resolve_handle(Context& context, Call& call);

// The one place where replies get `receipt`, of the leaf at `index` of the project's log. Receipts
// are not built by this version, so the member is absent: never an empty or unsigned one.
void add_receipt(json::Value& reply, const core::ProjectView& project, std::uint64_t index);

}  // namespace lp::api
