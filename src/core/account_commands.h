// Commands about accounts of an identity provider, with which members sign in (core/accounts.h).

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/digest.h"
#include "base/secret.h"
#include "evidence/statement.h"
#include "identity/id_token.h"
#include "identity/logout_token.h"
#include "store/rows.h"

namespace lp::core {

// A link with which a member brings an account, once, within half an hour.
struct MakeAccountLink {
  std::string member;
  std::string made_by;  // member, or "local_operator"
  struct Result {
    Secret token;
    Instant expires;
  };
};

// Signs in who has proven an account: the member that it is linked to, the one whom the link names,
// or the one whom the provider's claim names where the settings say so. The latter two are linked
// by it.
struct SignInByAccount {
  identity::ProvenAccount account;
  std::string link = {};  // token; "" = none
  // The key of the device at which it happens, whose signature was checked: the session is one at
  // that device if it is the member's. "" = none.
  std::string device = {};
  std::optional<Digest> replaced = {};  // the session that the browser brought along ends
  struct Result {
    std::string member, account, key;  // key: of the session
    Secret session;
  };
};

// The account signs nobody in any more; its sessions end.
struct UnlinkAccount {
  std::string id;
  evidence::Actor by;
  struct Result {};
};

// Ends what the provider says has ended, once for each token.
struct EndAccountSessions {
  identity::ProvenLogout logout;
  struct Result {
    std::uint64_t ended;
  };
};

}  // namespace lp::core
