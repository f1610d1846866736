// Whose process is at the other end of a loopback connection: the kernel knows the account that
// made each socket, and tells it through sock_diag(7) for exactly one socket, whatever their
// number. (/proc/net/tcp says the same after walking through all of them.)
//
// No answer means unknown: a service that may not open AF_NETLINK, a socket that is gone already, a
// process behind a gateway. Nothing may be concluded from it.

#pragma once

#include <sys/socket.h>

#include <optional>

namespace lp::net {

// The account of the process that made the other end of `socket`, a connected TCP socket whose
// other end is on this machine.
std::optional<unsigned> account_at_other_end(int socket);

// Whether the kernel answers such questions here at all.
bool accounts_can_be_told();

}  // namespace lp::net
