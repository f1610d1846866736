#include "outbound/address.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace lp::outbound {

namespace {

struct Block {
  std::string_view prefix;
  unsigned bits;
};

// IANA IPv4 Special-Purpose Address Registry, multicast and reserved space, and the one metadata
// service that hides behind a public address.
constexpr Block not_public_v4[] = {
    {"0.0.0.0", 8},         // this host
    {"10.0.0.0", 8},        // private
    {"100.64.0.0", 10},     // shared (carrier NAT); Alibaba's metadata
    {"127.0.0.0", 8},       // loopback
    {"168.63.129.16", 32},  // Azure's platform service
    {"169.254.0.0", 16},    // link-local; metadata of most clouds
    {"172.16.0.0", 12},     // private
    {"192.0.0.0", 24},      // protocol assignments; Oracle's metadata
    {"192.0.2.0", 24},      // documentation
    {"192.88.99.0", 24},    // 6to4 relays
    {"192.168.0.0", 16},    // private
    {"198.18.0.0", 15},     // benchmarks
    {"198.51.100.0", 24},   // documentation
    {"203.0.113.0", 24},    // documentation
    {"224.0.0.0", 4},       // multicast
    {"240.0.0.0", 4},       // reserved, broadcast
};

// Holes in 2000::/3; outside of it nothing is public.
constexpr Block not_public_v6[] = {
    {"2001::", 23},      // protocol assignments: Teredo, ORCHID, benchmarks
    {"2001:db8::", 32},  // documentation
    {"2002::", 16},      // 6to4: an IPv4 address of anybody's choice inside
    {"3ffe::", 16},      // 6bone, given back
    {"3fff::", 20},      // documentation
};

bool within(const IpAddress& address, const Block& block) {
  return address.within(*IpAddress::parse(block.prefix), block.bits);
}

bool within_any(const IpAddress& address, const auto& blocks) {
  return std::ranges::any_of(blocks, [&](const Block& block) { return within(address, block); });
}

}  // namespace

bool is_public(const IpAddress& address) {
  if (address.is_v4()) return !within_any(address, not_public_v4);
  if (within(address, {"::ffff:0:0", 96})) return is_public(address.embedded_v4());
  // A NAT64 gateway leads to the IPv4 address inside.
  if (within(address, {"64:ff9b::", 96})) return is_public(address.embedded_v4());
  return within(address, {"2000::", 3}) && !within_any(address, not_public_v6);
}

std::string with_port(const IpAddress& address, std::uint16_t port) {
  return address.is_v4() ? fmt::format("{}:{}", address.text(), port)
                         : fmt::format("[{}]:{}", address.text(), port);
}

}  // namespace lp::outbound
