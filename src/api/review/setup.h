// The first person of an installation, and the first roster of each project. The setup token
// authorises by itself (security.md D-70), travels only in bodies, and is used up by the first that
// finishes.

#pragma once

#include <expected>
#include <string>

#include "api/review/session.h"
#include "api/routes.h"

namespace lp::api {

// {token} → what to sign; does not use the token up.
net::Outcome begin_setup(Context& context, Call& call);
// {token, name, spki, rosters} → {member, key} and the cookie.
net::Outcome finish_setup(Context& context, Call& call);
// The body of finish as a command. Its token is one by its form: the core takes the empty one for
// the set-up inside its own process, and nothing of that form may come from outside.
std::expected<core::SetUp, net::Reply> read_setup(std::string body);

// {project} → what to sign, for a project that was made after the setup.
net::Outcome begin_roster(Context& context, Call& call, const Session& session);
// {project, entry, head, signature} → {roster_sha256, roster_version}
net::Outcome finish_roster(Context& context, Call& call, const Session& session);

}  // namespace lp::api
