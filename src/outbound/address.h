// Whether an address belongs to the public internet. Everything that is not known to be public is
// not: private, shared, local, reserved, documentation, tunnels, metadata services.

#pragma once

#include <cstdint>
#include <string>

#include "base/ip_address.h"

namespace lp::outbound {

bool is_public(const IpAddress& address);

// "10.0.0.5:443", "[fd00::1]:443"
std::string with_port(const IpAddress& address, std::uint16_t port);

}  // namespace lp::outbound
