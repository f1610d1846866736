// Time stamps of RFC 3161: that somebody else saw these bytes, and when.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace lp::crypto {

// The time that a token claims for `message`; nothing unless it is one DER TimeStampToken over the
// message's SHA-256, SHA-384 or SHA-512. Nothing is verified: anybody can write such a token.
std::optional<Instant> claimed_timestamp(std::string_view token, std::string_view message);

// Whether the signer of that token is a time-stamping authority under one of `roots` (PEM), judged
// at the time that the token itself names, because certificates expire sooner than what they prove.
// Revocation is not looked at.
[[nodiscard]] bool verify_timestamp(std::string_view token, std::string_view message,
                                    const std::vector<std::string>& roots);

}  // namespace lp::crypto
