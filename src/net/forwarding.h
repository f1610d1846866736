// Who asked and how, when a proxy stands in between (security.md R-HTTP-06).
//
// Only a trusted proxy is believed, and of a chain only what trusted proxies wrote: read from its
// end, the first address that is no trusted proxy is the client, and what stands before it is the
// client's own invention. Forwarded (RFC 7239) and X-Forwarded-For with X-Forwarded-Proto are
// read; where a request has both they must agree, since a proxy that writes the one may let a
// client's other one pass. X-Forwarded-Host and X-Real-IP are never read.

#pragma once

#include <expected>
#include <optional>
#include <string_view>
#include <vector>

#include "base/ip_address.h"
#include "net/fault.h"
#include "net/message.h"

namespace lp::net {

using TrustedProxies = std::vector<IpRange>;

bool is_trusted(const TrustedProxies& proxies, const IpAddress& address);

// What the proxies said of the request; absent is what they did not say.
struct Forwarding {
  std::optional<IpAddress> client;
  std::optional<bool> tls;  // between the client and the proxy that it reached

  friend bool operator==(const Forwarding&, const Forwarding&) = default;
};

// Of a request whose peer is a trusted proxy.
std::expected<Forwarding, Fault> read_forwarding(const Headers& headers,
                                                 const TrustedProxies& proxies);

}  // namespace lp::net
