// Who signed in, by the ID token of the authorization code flow (OpenID Connect Core 1.0 §3.1.3.7).
//
// A person is the pair of issuer and subject and nothing else: mail addresses and names change
// hands, so none is read. The token's signature has been verified before (key_set.h).

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "identity/token_claims.h"

namespace lp::identity {

inline constexpr std::size_t provider_groups_max = 200;

struct IdTokenTerms {
  TokenTerms terms;
  std::string_view nonce;
  std::string_view access_token;  // "" when none came with it
  std::string_view code;          // for which it was given
  // Set: who is named must have signed in at most so long ago, and the token must say when.
  std::optional<std::int64_t> max_age_ms;
  std::string_view groups_claim = {};  // "" = none is read
  std::string_view member_claim = {};  // likewise
};

struct ProvenAccount {
  std::string issuer, subject;
  std::string session;                   // `sid`, of the provider; "" when it names none
  std::optional<Instant> authenticated;  // `auth_time`, when it says so
  std::vector<std::string> groups;       // sorted and distinct
  std::string member;                    // of the member claim; "" without

  friend bool operator==(const ProvenAccount&, const ProvenAccount&) = default;
};

std::expected<ProvenAccount, TokenFault> check_id_token(const JsonWebToken& token,
                                                        const IdTokenTerms& terms);

}  // namespace lp::identity
