// PUT and GET /api/snapshots/{id}: the state of an agent that sleeps until its request is decided
// (wire.md B2). The URL carries the permission (signed_url.h); Authorization is not looked at.

#pragma once

#include "api/routes.h"

namespace lp::api {

// Three forms: an envelope or plain JSON (application/json), or iv ‖ ciphertext ‖ tag under the dek
// of the ingest reply (application/octet-stream).
net::Outcome put_snapshot(Context& context, Call& call);
// What was put, with its content type. The Python client cannot decode bytes, so it alone gets what
// it sealed under the dek back in clear (wire.md 0.12, D-19).
net::Outcome get_snapshot(Context& context, Call& call);

}  // namespace lp::api
