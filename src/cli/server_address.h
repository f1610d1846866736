// Where a server is, as a person says it on the command line.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lp::cli {

struct ServerAddress {
  std::string authority;  // host and port
  bool tls = false;
  bool here = false;  // this machine
};

// Nothing for what is no http or https URL, or has a query, a fragment or a user.
std::optional<ServerAddress> read_address(std::string_view url);

}  // namespace lp::cli
