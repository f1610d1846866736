// The token of a one-time setup link: 256 opaque random bits in base64url, good for 30 minutes.
//
// Whoever opens the link first becomes the owner, so it is printed once, used once, and kept only
// as its SHA-256. The caller compares `setup_token_ms` with its clock.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/entropy.h"

namespace lp::identity {

inline constexpr std::int64_t setup_token_ms = 30 * 60 * 1000;

std::string new_setup_token(Entropy& entropy);
// Form only: a cheap refusal before any look-up.
[[nodiscard]] bool is_setup_token(std::string_view text);
// What the store keeps and looks up: SHA-256 of the text.
Digest setup_token_digest(std::string_view token);

}  // namespace lp::identity
