#include "base/ip_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/assert.h"

namespace lp {

IpAddress IpAddress::v4(const std::uint8_t* bytes) {
  IpAddress address;
  address.v4_ = true;
  std::copy_n(bytes, 4, address.bytes_.begin());
  return address;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string copy(text);
  IpAddress address;
  if (inet_pton(AF_INET, copy.c_str(), address.bytes_.data()) == 1) {
    address.v4_ = true;
    return address;
  }
  if (inet_pton(AF_INET6, copy.c_str(), address.bytes_.data()) == 1) return address;
  return std::nullopt;
}

std::optional<IpAddress> IpAddress::from(const sockaddr& address) {
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
    IpAddress result;
    std::memcpy(result.bytes_.data(), &in.sin6_addr, result.bytes_.size());
    return result;
  }
  return std::nullopt;
}

bool IpAddress::is_loopback() const {
  if (v4_) return bytes_[0] == 127;
  return std::all_of(bytes_.begin(), bytes_.end() - 1, [](auto byte) { return byte == 0; }) &&
         bytes_.back() == 1;
}

IpAddress IpAddress::unmapped() const {
  const bool mapped = !v4_ &&
                      std::all_of(bytes_.begin(), bytes_.begin() + 10,
                                  [](std::uint8_t byte) { return byte == 0; }) &&
                      bytes_[10] == 0xff && bytes_[11] == 0xff;
  return mapped ? embedded_v4() : *this;
}

bool IpAddress::within(const IpAddress& prefix, unsigned bits) const {
  if (v4_ != prefix.v4_) return false;
  LP_ASSERT(bits <= this->bits());
  const unsigned whole = bits / 8, rest = bits % 8;
  if (!std::equal(bytes_.begin(), bytes_.begin() + whole, prefix.bytes_.begin())) return false;
  return rest == 0 || (bytes_[whole] ^ prefix.bytes_[whole]) >> (8 - rest) == 0;
}

std::string IpAddress::text() const {
  char buffer[INET6_ADDRSTRLEN];
  LP_ASSERT(inet_ntop(v4_ ? AF_INET : AF_INET6, bytes_.data(), buffer, sizeof buffer) != nullptr);
  return buffer;
}

std::optional<IpRange> IpRange::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto network = IpAddress::parse(text.substr(0, slash));
  if (!network) return std::nullopt;
  if (slash == std::string_view::npos) return IpRange{*network, network->bits()};
  const std::string_view length = text.substr(slash + 1);
  unsigned bits = 0;
  const auto [end, fault] = std::from_chars(length.data(), length.data() + length.size(), bits);
  if (fault != std::errc{} || end != length.data() + length.size() || bits > network->bits()) {
    return std::nullopt;
  }
  return IpRange{*network, bits};
}

}  // namespace lp
