// A signed JSON Web Token in its compact form (RFC 7515, RFC 7519), taken apart and not yet
// believed: what it claims counts once key_set.h has verified it and id_token.h or logout_token.h
// has asked everything of it.
//
// Strict: three parts of base64url in their one spelling, two objects without duplicate members,
// one of four algorithms. `none` and the HMAC family are no algorithms here, and a header that
// brings its own key, or asks for what is not understood (`crit`), is refused.

#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "json/value.h"

namespace lp::identity {

inline constexpr std::size_t token_bytes_max = std::size_t{64} * 1'024;

enum class TokenAlgorithm : std::uint8_t { rs256, ps256, es256, eddsa };

// Why a token of a provider is not taken. Each is reached by a test.
enum class TokenFault : std::uint8_t {
  not_a_token,        // not three strict parts with two objects
  algorithm,          // none, HS*, or another that is not taken
  header,             // brings a key, a `crit`, or members of the wrong kind
  type,               // the `typ` of another kind of token
  unknown_key,        // no published key of this id and kind, or several where none is named
  signature,          // does not verify
  issuer,             // another `iss`
  audience,           // `aud` is not this client alone
  authorized_party,   // `azp` is another client
  subject,            // no `sub`, or none that may be one
  expired,            // `exp` has passed or is missing
  not_yet_valid,      // `nbf` lies ahead
  issued_at,          // `iat` is missing, lies ahead or is too long ago
  nonce,              // not the one of this sign-in
  access_token_hash,  // `at_hash` is of another access token
  code_hash,          // `c_hash` is of another code
  sign_in_too_old,    // `auth_time` is missing or too long ago where a fresh one was asked for
  claim,              // a claim that is read is of the wrong kind
  events,             // not the event of a logout
  token_id,           // a logout without `jti`
  nobody,             // a logout that names neither a subject nor a session
};
inline constexpr TokenFault token_fault_last = TokenFault::nobody;
// A sentence for people: what is wrong, without anything of the token.
std::string_view to_string(TokenFault fault);

struct JsonWebToken {
  TokenAlgorithm algorithm = TokenAlgorithm::rs256;
  std::string key_id;  // `kid`; "" when there is none
  std::string type;    // `typ` in lower case; "" when there is none
  json::Value claims;  // an object
  std::string signed_text;
  std::string signature;

  static std::expected<JsonWebToken, TokenFault> parse(std::string_view compact);
};

}  // namespace lp::identity
