// That a provider has ended somebody's session, by its signed word on the back channel (OpenID
// Connect Back-Channel Logout 1.0 §2.4 and §2.6). The signature has been verified before.
//
// Whether it was used before is for the caller to know: `token_id` counts once until `expires`.

#pragma once

#include <string>

#include "identity/token_claims.h"

namespace lp::identity {

struct ProvenLogout {
  std::string issuer;
  std::string subject;  // "" when only a session is named
  std::string session;  // `sid`; "" = every session of the subject
  std::string token_id;
  Instant expires;  // from then on the token is refused for its age alone

  friend bool operator==(const ProvenLogout&, const ProvenLogout&) = default;
};

std::expected<ProvenLogout, TokenFault> check_logout_token(const JsonWebToken& token,
                                                           const TokenTerms& terms);

}  // namespace lp::identity
