// GET /api/agents/proof, /attestation and /resolve: what this server vouches for, signed for others
// to check (wire.md B7, Decision 1; evidence/claim.h). A key is told about its own project only.

#pragma once

#include <expected>
#include <string_view>

#include "api/routes.h"
#include "json/value.h"

namespace lp::api {

// A claim of this kind about the project of the call, to add to.
json::Value claim_of(std::string_view kind, const Call& call);
// `claim` under both signatures of the project, as the beginning of a reply.
std::expected<json::Value, net::Reply> signed_reply(Context& context, const Call& call,
                                                    const json::Value& claim);

net::Outcome show_proof(Context& context, Call& call);
net::Outcome show_attestation(Context& context, Call& call);
net::Outcome resolve_handle(Context& context, Call& call);

}  // namespace lp::api
