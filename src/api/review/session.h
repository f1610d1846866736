// Who is signed in, and what they may do. The cookie holds 256 random bits, the store their
// SHA-256; a session ends after 12 hours, at log-out, when somebody ends it (sessions.h), and as
// soon as its device, passkey, account or member is gone. Where auth.require_sso is set only those
// of accounts count. It decides and signs only while its person is active
// (activity.h).

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/context.h"
#include "api/review/walls.h"
#include "api/routes.h"
#include "base/digest.h"
#include "core/directory.h"
#include "identity/rights.h"
#include "json/value.h"

namespace lp::api {

// A member at one of their devices, or with a passkey or an account at anybody's.
struct Session {
  Digest token;  // as stored
  std::string member, key;
  Instant expires = {};
  // It began with a passkey or an account that only signs in: `key` stands in no roster.
  bool only_signs_in = false;
  std::string account = {};  // of the identity provider, that opened it; "" for others
  // When the person signed in there, if it has said so.
  std::optional<Instant> authenticated = {};
};

// Whether nothing but the identity provider signs anybody in.
[[nodiscard]] bool sign_on_required(const Context& context);
// What opened it: "device", "passkey" or "account"; nothing once that has ended. One of an account
// at a device ends with either.
std::optional<std::string_view> opener_of(const core::Directory& directory,
                                          const store::Session& row);
// Whether nothing of level high or above may be decided through it: its account was not proven
// lately, where that is asked for. Without a session too.
[[nodiscard]] bool account_stale(Context& context, const Session* session);
// Whether what is stored is still somebody's session.
[[nodiscard]] bool is_live(Context& context, const core::Directory& directory,
                           const store::Session& row);
// The session as it stands now, or nothing once it has ended.
std::optional<Session> live_session(Context& context, const core::Directory& directory,
                                    const Digest& token);
// The live session of this request, or nothing. It has just been used.
std::optional<Session> session_of(Context& context, const core::Directory& directory,
                                  const net::Request& request);

// Context::session_reads_log: a member whom the roster of `project` gives that right.
bool session_reads_log(Context& context, const net::Request& request, std::string_view project);

// Adds the cookie to a reply, or tells the browser to forget it.
void set_session_cookie(net::Reply& reply, std::string_view token);
void clear_session_cookie(net::Reply& reply);

// Whether the roster of `project` gives the member, as they are signed in, this right
// (ProjectView::place_of).
[[nodiscard]] bool may(const Session& session, const core::ProjectView& project,
                       identity::Right right);
// Whether that of some project does. What needs no project to be refused is refused by this, before
// the body is looked at.
[[nodiscard]] bool may_somewhere(const core::Directory& directory, const Session& session,
                                 identity::Right right);
// Right::see: what is not theirs to see is not there.
[[nodiscard]] bool sees(const Session& session, const core::ProjectView& project);
// Why a request has no view: for members who do not see its project it was never there, erased or
// not.
net::Reply refuse_gone(Context& context, const core::Directory& directory, const Session& session,
                       const core::Refused& refused);
// Whether the member may found the roster of `project`: unsigned, and theirs to sign.
[[nodiscard]] bool may_sign_first_roster(const core::Directory& directory, const Session& session,
                                         const core::ProjectView& project);

// The body of GET /api/session.
std::string session_body(Context& context, const core::Directory& directory,
                         const Session& session);

// Who the log says did it.
evidence::Actor actor_of(const Session& session);

// Door functions. Every POST of this door stands behind the walls, by the table in review.cpp.
using SessionFunction = net::Outcome (*)(Context&, Call&, const Session&);

template <Function function>
net::Outcome walled(Context& context, Call& call) {
  if (auto refused = refuse_foreign_page(context.public_url, call.request))
    return *std::move(refused);
  return function(context, call);
}

net::Outcome with_session(Context& context, Call& call, SessionFunction function);

template <SessionFunction function>
net::Outcome signed_in(Context& context, Call& call) {
  return with_session(context, call, function);
}

template <SessionFunction function>
net::Outcome walled_signed_in(Context& context, Call& call) {
  return walled<signed_in<function>>(context, call);
}

// The session has been opened by its key just now (activity.h).
void note_opened(Context& context, std::string_view token);
// What only a session may do that was active lately: else 403 `session_idle`.
net::Outcome with_active_session(Context& context, Call& call, SessionFunction function);

template <SessionFunction function>
net::Outcome active(Context& context, Call& call) {
  return with_active_session(context, call, function);
}

template <SessionFunction function>
net::Outcome walled_active(Context& context, Call& call) {
  return walled<active<function>>(context, call);
}

}  // namespace lp::api
