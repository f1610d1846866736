// A blocking HTTP client for the admin socket: what the command line uses to talk to a running
// server. One request a connection. Paths longer than sun_path work (through /proc/self/fd).

#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "net/message.h"

namespace lp::net {

enum class ConnectFault : std::uint8_t { nobody_listens, not_permitted, broken };
// Of the errno of what failed.
ConnectFault connect_fault(int errno_value);

std::expected<Reply, ConnectFault> call_unix(const std::string& socket_path, Method method,
                                             std::string_view target, std::string_view body,
                                             std::int64_t timeout_ms = 30'000);

}  // namespace lp::net
