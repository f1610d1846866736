// A member's own passkeys (evidence.md 8): those that decide, which an owner signs for like for any
// key of a roster, and those that sign in. Two kinds of credentials, so that an answer to a login
// can never be one to a decision.

#pragma once

#include "api/review/session.h"
#include "api/routes.h"

namespace lp::api {

// {passkeys:[{key, purpose, rp_id, origin, aaguid, synced, created_at, projects?, flagged_at?}],
// rp_id?}: `rp_id` is that of this page, absent where no passkey can be made.
net::Outcome list_passkeys(Context& context, Call& call, const Session& session);

// {purpose} → {server_nonce, rp:{id, name}, user:{id, name}, exclude:[credential]}.
net::Outcome begin_passkey(Context& context, Call& call, const Session& session);

// {purpose, body, clientDataJSON, attestationObject, signature?} → for "decision" the proposal that
// an owner signs; for "login" {key}, at once: `signature` is the device key's of this browser over
// "lp-passkey/1\0" ‖ JCS{member, purpose, spki}.
net::Outcome add_passkey(Context& context, Call& call, const Session& session);

// {} → the proposal that an owner signs; for one that signs in {}, and it is gone.
net::Outcome remove_passkey(Context& context, Call& call, const Session& session);

}  // namespace lp::api
