// An IP address, and whether it belongs to the public internet. Everything that is not known to be
// public is not: private, shared, local, reserved, documentation, tunnels, metadata services.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct sockaddr;

namespace lp::outbound {

class Address {
 public:
  // Dotted decimal or RFC 4291 text, without zone; nothing for any other form.
  static std::optional<Address> parse(std::string_view text);
  // Nothing unless it is an IPv4 or IPv6 socket address.
  static std::optional<Address> from(const sockaddr& address);

  [[nodiscard]] bool is_v4() const { return v4_; }
  // An IPv4 address in IPv6 form (::ffff:a.b.c.d) as the IPv4 address it is.
  [[nodiscard]] Address unmapped() const;
  [[nodiscard]] bool is_public() const;
  // Whether the first `bits` are those of `prefix`, which must be of the same family.
  [[nodiscard]] bool within(const Address& prefix, unsigned bits) const;
  [[nodiscard]] unsigned bits() const { return v4_ ? 32 : 128; }
  [[nodiscard]] std::string text() const;

 private:
  static Address v4(const std::uint8_t* bytes);
  [[nodiscard]] Address embedded_v4(std::size_t at) const { return v4(bytes_.data() + at); }

  std::array<std::uint8_t, 16> bytes_{};  // IPv4: the first four
  bool v4_ = false;
};

// "10.0.0.5:443", "[fd00::1]:443"
std::string with_port(const Address& address, std::uint16_t port);

}  // namespace lp::outbound
