// Where people are signed in, and its end (security.md R-SES-01). A member sees and ends their own
// sessions; whoever manages people, those of everybody who stands in a roster beside them.
//
// An ended session is nobody's from the next call on, and its event streams close with the commit.

#pragma once

#include <expected>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "api/review/session.h"

namespace lp::api {

// Whose sessions and accounts these are to see: their own, and of whom they manage.
std::set<std::string> members_in_sight(const core::Directory& directory, const Session& session);

// What a session is called outside: derived from what is stored, and no way back to the cookie.
std::string session_id(const Digest& token);

struct ListedSession {
  store::Session row;
  std::string name;       // of the member
  std::string key_class;  // "device", "passkey" or "account"
};
// The live sessions of members whom `wanted` takes, newest first.
std::expected<std::vector<ListedSession>, net::Reply> live_sessions(
    Context& context, const core::Directory& directory,
    const std::function<bool(const std::string& member)>& wanted);
json::Value describe_session(Context& context, const ListedSession& session);
// Ends one of these by its id: {}; 404 for one that is not among them.
net::Outcome end_one(Context& context, const std::vector<ListedSession>& sessions,
                     const std::string& id);
// {ended}, of EndSessions.
net::Reply describe_ended(const core::EndSessions::Result& result);

net::Outcome list_sessions(Context& context, Call& call, const Session& session);
net::Outcome end_session(Context& context, Call& call, const Session& session);
net::Outcome end_other_sessions(Context& context, Call& call, const Session& session);

}  // namespace lp::api
