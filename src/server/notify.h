// What the service manager is told of this server's state (sd_notify(3), without its library).

#pragma once

#include <string_view>

namespace lp::server {

// "READY=1", "STOPPING=1". Sent to $NOTIFY_SOCKET; nothing where nobody asked to be told.
void notify_manager(std::string_view state);

}  // namespace lp::server
