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

// Remembers the address; "" for none.
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
