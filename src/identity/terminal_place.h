// Where a passkey is used that signs at a terminal (evidence.md 8): no page, but the command line
// of one installation.
//
// Relying party and origin are the same text. It has a scheme, as OpenSSH's "ssh:" has one, so that
// no browser can ever be made to ask a security key for it: to a browser a relying party is a host.

#pragma once

#include <string>
#include <string_view>

namespace lp::identity {

inline constexpr std::string_view terminal_scheme = "letsping-cli://";

inline std::string terminal_place(std::string_view log_name) {
  return std::string(terminal_scheme) + std::string(log_name);
}

inline bool is_terminal_place(std::string_view origin) {
  return origin.starts_with(terminal_scheme);
}

}  // namespace lp::identity
