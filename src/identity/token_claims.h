// What ID tokens and logout tokens have in common: who made them, for whom, and when.

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "identity/json_web_token.h"

namespace lp::identity {

// By how much the provider's clock may differ from ours.
inline constexpr std::int64_t token_skew_ms = 60'000;
// How long after it was made a token may arrive.
inline constexpr std::int64_t token_age_ms_max = 300'000;
inline constexpr std::size_t claim_bytes_max = 255;  // of `sub`, as OpenID Connect bounds it

struct TokenTerms {
  std::string_view issuer;
  std::string_view client_id;
  Instant now;
};

// NumericDate of RFC 7519 §2 in whole seconds; TokenFault::claim for any other value that is there.
std::expected<std::optional<Instant>, TokenFault> time_claim(const json::Value& claims,
                                                             std::string_view name);
// A text of at most `claim_bytes_max` visible characters; TokenFault::claim for any other value.
std::expected<std::optional<std::string>, TokenFault> text_claim(const json::Value& claims,
                                                                 std::string_view name);

// `iss`, `aud`, `azp`, `exp`, `nbf` and `iat`. The instant at which it was made.
std::expected<Instant, TokenFault> check_terms(const json::Value& claims, const TokenTerms& terms);

}  // namespace lp::identity
