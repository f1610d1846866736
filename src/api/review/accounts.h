// Accounts of the identity provider that are linked to members: seen and unlinked by their owners
// and by whoever manages people, linked by whoever manages people, with a link.

#pragma once

#include <functional>
#include <string>

#include "api/review/session.h"

namespace lp::api {

// {accounts:[{id, member, issuer, subject, groups, created_at}]}: live ones of members whom
// `wanted` takes.
net::Reply describe_accounts(const core::Directory& directory,
                             const std::function<bool(const std::string& member)>& wanted);
// {url, expires_at}, for MakeAccountLink: the link names the page and carries the token behind #.
net::Outcome make_account_link(Context& context, std::string member, std::string made_by);

net::Outcome list_accounts(Context& context, Call& call, const Session& session);
net::Outcome create_account_link(Context& context, Call& call, const Session& session);
net::Outcome unlink_account(Context& context, Call& call, const Session& session);

}  // namespace lp::api
