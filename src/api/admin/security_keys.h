// Security keys that decide at terminals (evidence.md 8): passkeys whose relying party is the
// command line of this installation. The socket adds nobody: they count once an owner has signed.

#pragma once

#include "api/routes.h"

namespace lp::api {

// {member} → {server_nonce, rp:{id, name}, user:{id, name}, exclude:[credential]}
net::Outcome begin_security_key(Context& context, Call& call);

// {member, body, clientDataJSON, attestationObject} → the proposal that an owner signs, with its
// url.
net::Outcome add_security_key(Context& context, Call& call);

}  // namespace lp::api
