#include "cli/server_address.h"

#include <algorithm>
#include <array>

namespace lp::cli {

std::optional<ServerAddress> read_address(std::string_view url) {
  ServerAddress address;
  address.tls = url.starts_with("https://");
  if (!address.tls && !url.starts_with("http://")) return std::nullopt;
  url.remove_prefix(address.tls ? 8 : 7);
  if (url.find_first_of("?#@\\ ") != std::string_view::npos) return std::nullopt;
  const std::string_view authority = url.substr(0, url.find('/'));
  const std::string_view host = authority.starts_with('[')
                                    ? authority.substr(0, authority.find(']') + 1)
                                    : authority.substr(0, authority.find(':'));
  if (host.empty()) return std::nullopt;
  constexpr std::array<std::string_view, 3> here{"127.0.0.1", "[::1]", "localhost"};
  address.here = std::ranges::find(here, host) != here.end();
  address.authority = authority;
  return address;
}

}  // namespace lp::cli
