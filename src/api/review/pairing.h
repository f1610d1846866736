// The pairing of one more device: a browser that is signed in begins it, the device comes with a
// code, and once their person has compared the words on both an owner is asked to sign for its key
// (spec/encryption.md §11).

#pragma once

#include "api/review/session.h"

namespace lp::api {

// The browser that is signed in.
net::Outcome begin_pairing(Context& context, Call& call, const Session& session);
net::Outcome show_pairing(Context& context, Call& call, const Session& session);
net::Outcome answer_pairing(Context& context, Call& call, const Session& session);
net::Outcome end_pairing(Context& context, Call& call, const Session& session);

// The new device, which nobody knows yet.
net::Outcome claim_pairing(Context& context, Call& call);
net::Outcome reveal_pairing(Context& context, Call& call);
net::Outcome pairing_state(Context& context, Call& call);
net::Outcome stop_pairing(Context& context, Call& call);

}  // namespace lp::api
