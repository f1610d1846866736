// Whether an agent is kept apart from the server, as far as the kernel says (approval.md, Levels).

#pragma once

#include <string_view>

#include "net/message.h"

namespace lp::api {

// What an agent is told that is not.
inline constexpr std::string_view advisory =
    "Agent and server run under one account: the agent can read what the server knows, and change "
    "it, so an approval is only advice. Run them under different accounts.";

// Whether the other end runs under the account of this process. False where nobody can tell.
bool same_account(const net::Peer& peer);

}  // namespace lp::api
