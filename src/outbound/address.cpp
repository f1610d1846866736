#include "outbound/address.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "base/assert.h"

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

bool within_any(const Address& address, const auto& blocks) {
  return std::ranges::any_of(blocks, [&](const Block& block) {
    return address.within(*Address::parse(block.prefix), block.bits);
  });
}

bool within(const Address& address, const Block& block) {
  return address.within(*Address::parse(block.prefix), block.bits);
}

}  // namespace

Address Address::v4(const std::uint8_t* bytes) {
  Address address;
  address.v4_ = true;
  std::copy_n(bytes, 4, address.bytes_.begin());
  return address;
}

std::optional<Address> Address::parse(std::string_view text) {
  const std::string copy(text);
  Address address;
  if (inet_pton(AF_INET, copy.c_str(), address.bytes_.data()) == 1) {
    address.v4_ = true;
    return address;
  }
  if (inet_pton(AF_INET6, copy.c_str(), address.bytes_.data()) == 1) return address;
  return std::nullopt;
}

std::optional<Address> Address::from(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    std::uint8_t bytes[4];
    std::memcpy(bytes, &in.sin_addr, sizeof bytes);
    return v4(bytes);
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &address, sizeof in);
    Address result;
    std::memcpy(result.bytes_.data(), &in.sin6_addr, result.bytes_.size());
    return result;
  }
  return std::nullopt;
}

Address Address::unmapped() const {
  return !v4_ && outbound::within(*this, {"::ffff:0:0", 96}) ? embedded_v4(12) : *this;
}

bool Address::is_public() const {
  if (v4_) return !within_any(*this, not_public_v4);
  if (outbound::within(*this, {"::ffff:0:0", 96})) return embedded_v4(12).is_public();
  // A NAT64 gateway leads to the IPv4 address inside.
  if (outbound::within(*this, {"64:ff9b::", 96})) return embedded_v4(12).is_public();
  return outbound::within(*this, {"2000::", 3}) && !within_any(*this, not_public_v6);
}

bool Address::within(const Address& prefix, unsigned bits) const {
  if (v4_ != prefix.v4_) return false;
  LP_ASSERT(bits <= this->bits());
  const unsigned whole = bits / 8, rest = bits % 8;
  if (!std::equal(bytes_.begin(), bytes_.begin() + whole, prefix.bytes_.begin())) return false;
  return rest == 0 || (bytes_[whole] ^ prefix.bytes_[whole]) >> (8 - rest) == 0;
}

std::string Address::text() const {
  char buffer[INET6_ADDRSTRLEN];
  LP_ASSERT(inet_ntop(v4_ ? AF_INET : AF_INET6, bytes_.data(), buffer, sizeof buffer) != nullptr);
  return buffer;
}

std::string with_port(const Address& address, std::uint16_t port) {
  return address.is_v4() ? fmt::format("{}:{}", address.text(), port)
                         : fmt::format("[{}]:{}", address.text(), port);
}

}  // namespace lp::outbound
