// The log at the command line: leaves with their statements, the signed head, what to trust.

#pragma once

#include "api/routes.h"

namespace lp::api {

// ?first=&count= (at most 256): {leaves:[{index, type, stream, statement, leaf, evidence}]}, only
// what a signed checkpoint covers; statement and leaf in base64.
net::Outcome log_leaves(Context& context, Call& call);
// {origin, size, checkpoint, vkey, issuer_spki, rosters:[{version, head, entries, signatures}]}:
// exact texts, oldest roster first.
net::Outcome log_head(Context& context, Call& call);
// ?project=: what a verifier pins (evidence.md 9).
net::Outcome trust(Context& context, Call& call);

}  // namespace lp::api
