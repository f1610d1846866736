// Rosters at the command line: all versions of all projects, new ones that an owner has signed, and
// what shall be signed elsewhere. The socket adds nobody: what comes in here counts by its
// signatures.

#pragma once

#include <expected>
#include <string>

#include "api/routes.h"
#include "evidence/roster_wish.h"

namespace lp::api {

// {log_name, url, time, projects:[{id, name, origin, rosters:[{version, head, entries,
// signatures}]}]}: exact texts, oldest first; a project without a roster has none.
net::Outcome show_rosters(Context& context, Call& call);

// {changes:[{project, head, entries, signatures}], names:[{member, name}], proposal?} →
// {versions:[{project, version, sha256}]}: all of them are in force, or none.
net::Outcome change_rosters(Context& context, Call& call);

// {proposals:[{id, act, member?:{id, name}, roles?, groups?, key?, spki?, project?:{id, name},
// previous?, from?, created_at, expires_at}]}
net::Outcome list_waiting(Context& context, Call& call);
// {act, member?, name?, roles?, groups?, spki?, key?, project?} → the proposal and its url.
net::Outcome propose_roster(Context& context, Call& call);
net::Outcome propose_here(Context& context, const Call& call, evidence::RosterWish wish);
// What such a body asks for, in the one form in which it is stored.
std::expected<evidence::RosterWish, net::Reply> read_wish(const core::Directory& directory,
                                                          std::string body);
net::Outcome withdraw_waiting(Context& context, Call& call);

// {member} → {token, url, expires_at}
net::Outcome make_login_link(Context& context, Call& call);

}  // namespace lp::api
