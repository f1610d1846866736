// Logging in with a device key or a passkey, and out (evidence.md 8, security.md D-12).

#pragma once

#include "api/review/session.h"
#include "api/routes.h"

namespace lp::api {

net::Outcome show_session(Context& context, Call& call, const Session& session);

// {} → {server_nonce}
net::Outcome begin_login(Context& context, Call& call);
// {body, key, signature} → the session, and the cookie. Every login is a new session: one that the
// browser brought along ends.
net::Outcome login(Context& context, Call& call);
// {body, credential, userHandle, authenticatorData, clientDataJSON, signature} → the same, of a
// passkey that signs in. The session sees what its member sees, and signs with what the browser
// has.
net::Outcome login_by_passkey(Context& context, Call& call);
// {} → {}, also for who is not signed in.
net::Outcome logout(Context& context, Call& call);

}  // namespace lp::api
