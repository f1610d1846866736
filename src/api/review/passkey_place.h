// Where a passkey belongs: the name that a browser binds it to, and the page on which it is made.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/context.h"
#include "net/message.h"

namespace lp::api {

struct PasskeyPlace {
  std::string rp_id;   // a host name
  std::string origin;  // of the page
};

// The host of server.public_url for pages of that address over HTTPS, localhost for pages there;
// nothing elsewhere: a passkey for an address or a second name would be lost with it.
std::optional<PasskeyPlace> passkey_place(std::string_view public_url, const net::Request& request);

// What an authenticator keeps as whose a passkey for signing in is, and gives back when it does.
std::string login_user_id(Context& context, std::string_view member);

}  // namespace lp::api
