// The nonce of an offer to decide: 16 random bytes ‖ 48-bit expiry (ms) ‖ truncated HMAC over
// (request, version, member, key) (evidence.md 8). Stateless until consumed; 2 minutes.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/entropy.h"
#include "base/time.h"

namespace lp::identity {

inline constexpr std::int64_t offer_ms = 120'000;

struct OfferSubject {
  std::string request_id;
  std::uint64_t version = 1;
  std::string member;
  std::string key;
};

// Base64 of 16 + 6 + 16 bytes.
std::string make_offer_nonce(std::string_view server_key, const OfferSubject& subject,
                             Instant expires_at, Entropy& entropy);
// The expiry when the nonce was made for this subject; the caller compares it with now.
std::optional<Instant> read_offer_nonce(std::string_view server_key, const OfferSubject& subject,
                                        std::string_view nonce);

}  // namespace lp::identity
