// What the server vouches for toward a third party: a flat object, signed in two ways.
//
// `jws` is for whoever does not trust the verifier's own secrets: ES256 by the project's issuer
// key, checked with the public key alone. `signature` is what published clients expect, an HMAC
// under a secret of the project, and proves nothing to a third party, because whoever can check it
// can make it. A claim has ASCII texts and integers only, in the order of their names, so that
// JavaScript, Python and RFC 8785 write the same bytes (wire.md B7, Decision 1).

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/p256.h"
#include "json/value.h"

namespace lp::evidence {

inline constexpr std::string_view claim_jws_type = "lp-proof+jwt";

// Whether `claim` is such an object, with no member that the reply around it has too.
[[nodiscard]] bool is_claim(const json::Value& claim);

// What both signatures are over: JCS. LP_ASSERTs is_claim.
std::string claim_bytes(const json::Value& claim);

// Compact JWS (RFC 7515) with the header {alg, kid, typ}: no jku, x5u or jwk, so a verifier must
// know the key already. `kid` is the id of the issuer key.
std::string claim_jws(const json::Value& claim, const crypto::P256Key& issuer);

// Compact JWS of that `typ` over exact bytes, with the same header.
std::string compact_jws(std::string_view type, std::string_view payload,
                        const crypto::P256Key& issuer);
// The bytes that a compact JWS is over, whether or not its signature verifies; nothing for what is
// none.
std::optional<std::string> jws_payload(std::string_view jws);

// {claim's members…, claim, signature, alg, kid, jws}. `kid` is the id of `secret`.
json::Value signed_claim(const json::Value& claim, std::string_view secret, std::string_view kid,
                         const crypto::P256Key& issuer);

}  // namespace lp::evidence
