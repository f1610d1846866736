// An IP address and a range of them (CIDR), as values: what the peer of a socket is compared with.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct sockaddr;

namespace lp {

class IpAddress {
 public:
  // Dotted decimal or RFC 4291 text, without zone; nothing for any other form.
  static std::optional<IpAddress> parse(std::string_view text);
  // Nothing unless it is an IPv4 or IPv6 socket address.
  static std::optional<IpAddress> from(const sockaddr& address);

  [[nodiscard]] bool is_v4() const { return v4_; }
  [[nodiscard]] bool is_loopback() const;
  // An IPv4 address in IPv6 form (::ffff:a.b.c.d) as the IPv4 address it is.
  [[nodiscard]] IpAddress unmapped() const;
  // The last four of an IPv6 address's bytes as an IPv4 address.
  [[nodiscard]] IpAddress embedded_v4() const { return v4(bytes_.data() + 12); }
  // Whether the first `bits` are those of `prefix`, which must be of the same family.
  [[nodiscard]] bool within(const IpAddress& prefix, unsigned bits) const;
  [[nodiscard]] unsigned bits() const { return v4_ ? 32 : 128; }
  [[nodiscard]] std::string text() const;

  friend bool operator==(const IpAddress&, const IpAddress&) = default;

 private:
  static IpAddress v4(const std::uint8_t* bytes);

  std::array<std::uint8_t, 16> bytes_{};  // IPv4: the first four
  bool v4_ = false;
};

struct IpRange {
  IpAddress network;
  unsigned bits = 0;

  // "10.0.0.0/8", "fd00::/8", or one address.
  static std::optional<IpRange> parse(std::string_view text);
  [[nodiscard]] bool contains(const IpAddress& address) const {
    return address.within(network, bits);
  }
};

}  // namespace lp
