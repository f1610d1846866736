// Rows about accounts of an identity provider, as those of rows.h.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/time.h"

namespace lp::store {

// An account of an identity provider with which a member signs in. It decides nothing.
struct LinkedAccount {
  std::string id;  // acc_…
  std::string member;
  std::string issuer, subject;      // the subject is "" once who it belonged to was erased
  std::vector<std::string> groups;  // as the provider last said
  Instant created;
  std::optional<Instant> removed;

  friend bool operator==(const LinkedAccount&, const LinkedAccount&) = default;
};

// A one-time link with which a member brings the account of an identity provider.
struct AccountLink {
  Digest token;
  std::string member;
  std::string made_by;  // member, or "local_operator"
  Instant created;
  Instant expires;

  friend bool operator==(const AccountLink&, const AccountLink&) = default;
};

// That a logout token was used.
struct UsedToken {
  Digest digest;
  Instant expires;

  friend bool operator==(const UsedToken&, const UsedToken&) = default;
};

}  // namespace lp::store
