// Where the server may connect to (security.md D-75): public addresses at the ports of the web, and
// what the operator allowed in `webhooks.allow`. Everything else is refused.
//
// The address is checked when the socket is made, after resolving: a name that means one address to
// the check and another to the connection cannot exist.

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "outbound/address.h"

namespace lp::outbound {

class Guard {
 public:
  // Entries: "hooks.internal", "hooks.internal:8443", "10.0.0.5", "10.0.0.0/8:8443", "fd00::/8",
  // "[fd00::/8]:8443", "[::1]:9000". The error is a sentence that names the entry.
  static std::expected<Guard, std::string> make(const std::vector<std::string>& allow);

  // Why no socket to `address`:`port` may be made for a URL that names `host` (in lower case);
  // nothing when it may. The sentence names the line to add.
  [[nodiscard]] std::optional<std::string> refuse(const IpAddress& address, std::uint16_t port,
                                                  std::string_view host) const;

 private:
  struct Entry {
    std::string host;  // or
    std::optional<IpRange> network;
    std::optional<std::uint16_t> port;  // absent: any
  };
  static std::optional<Entry> read(std::string_view text);

  std::vector<Entry> entries_;
};

}  // namespace lp::outbound
