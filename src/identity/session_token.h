// The token of a signed-in session: 256 opaque random bits in base64url, 43 characters.
//
// The cookie holds the token, the store only its SHA-256: a copy of the database signs nobody in.

#pragma once

#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/entropy.h"

namespace lp::identity {

std::string new_session_token(Entropy& entropy);
// Form only: a cheap refusal before any look-up.
[[nodiscard]] bool is_session_token(std::string_view text);
// What the store keeps and looks up: SHA-256 of the text.
Digest session_token_digest(std::string_view token);

}  // namespace lp::identity
