// Logging in with a device key or a passkey, and out (evidence.md 8, security.md D-12).

#pragma once

#include "api/members.h"
#include "api/review/session.h"
#include "api/routes.h"

namespace lp::api {

net::Outcome show_session(Context& context, Call& call, const Session& session);

// What a device key has signed to log in.
struct DeviceProof {
  std::string body, key, signature;
};
DeviceProof read_device_proof(Members& members);
// Whether it is the word of a live device, for this page, of just now. It counts once.
[[nodiscard]] bool proves_device(Context& context, const Call& call, const DeviceProof& proof);

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
