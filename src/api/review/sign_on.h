// Signing in with an account of the identity provider (security.md R-AUTH-02), and the provider's
// word that somebody is signed out there.
//
// The provider sends the browser back to a page, which takes code and state out of its address and
// posts them from behind the walls. So no GET signs anybody in, a foreign page cannot sign anybody
// in as somebody else, and a link that is followed by a mail scanner does nothing.

#pragma once

#include "api/routes.h"

namespace lp::api {

// How people may sign in here: {sso?: {name}, sso_required}.
net::Outcome show_login_methods(Context& context, Call& call);
// {link?, fresh?} → {url}, where the browser goes, and the cookie of the attempt.
net::Outcome begin_sign_on(Context& context, Call& call);
// {state, code, iss?}, or {state, error}, as the provider gave them to the page, and {device?} as
// of POST /api/login, to be signed in at that device → the session, and its cookie.
net::Outcome finish_sign_on(Context& context, Call& call);
// A logout token in a form, from the provider itself → 200 once the sessions have ended.
net::Outcome back_channel_logout(Context& context, Call& call);

}  // namespace lp::api
