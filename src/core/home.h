// Under which address the people of this directory made their keys: server.public_url as it was
// when they did. Browsers bind keys and passkeys to it, so another one takes them away.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/apply.h"
#include "core/directory.h"
#include "store/store.h"

namespace lp::core {

// Why this is no server.public_url, in words that follow its name; nothing when it is one: a scheme
// and a host, exactly in the form in which a browser calls an origin.
[[nodiscard]] std::optional<std::string_view> refuse_public_url(std::string_view text);

// Whether whoever opens this address must sit at the machine itself: "" for none, a loopback
// address, localhost or a name under it. What is set up there is a demonstration.
[[nodiscard]] bool local_address(std::string_view public_url);

// Remembers the address; "" for none. Until somebody has set the directory up, it says whether that
// makes a demonstration of it.
struct SetHome {
  std::string public_url;
  struct Result {};
};
Applied<SetHome> apply(Work& work, SetHome& command);

// As it was last set; nothing when it never was.
store::Result<std::optional<std::string>> home_of(store::Reader& reader);

// What of a member's would be lost under another address.
struct LostCredentials {
  std::string member, name;
  std::size_t devices = 0;              // keys that may be a browser's
  std::vector<std::string> passkeys{};  // "login.example (decision)"
};
// Of all live members, when people reach the server as `public_url` from now on. A passkey of
// localhost works there as before.
std::vector<LostCredentials> lost_under(const Directory& directory, std::string_view public_url);

}  // namespace lp::core
