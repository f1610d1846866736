// The log at the command line: leaves with their statements, the signed head, what to trust.

#pragma once

#include "api/routes.h"

namespace lp::api {

// As leaves_reply, with the evidence.
net::Outcome log_leaves(Context& context, Call& call);
// {origin, size, checkpoint, vkey, issuer_spki, rosters:[{version, head, entries, signatures}]}:
// exact texts, oldest roster first.
net::Outcome log_head(Context& context, Call& call);
// ?project=: what a verifier pins (evidence.md 9).
net::Outcome trust(Context& context, Call& call);

}  // namespace lp::api
