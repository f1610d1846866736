// POST /api/agents/register and /api/agents/rotate: the identity of an agent, and its next secret
// or key (wire.md A2). A secret is shown once.

#pragma once

#include "api/routes.h"

namespace lp::api {

net::Outcome register_agent(Context& context, Call& call);
net::Outcome rotate_agent(Context& context, Call& call);

// Whether agents may be called so: ASCII, because handles stand in claims.
[[nodiscard]] bool is_handle(std::string_view text);
// The DER of a key that may be enrolled, from its base64; nothing for any other text.
std::optional<std::string> read_public_key(std::string_view text);
inline constexpr std::string_view public_key_must =
    "must be the base64 of an Ed25519 or P-256 public key (DER SPKI)";
inline constexpr std::string_view handle_must =
    "must be at most 64 letters, digits and any of . _ - @ /";

}  // namespace lp::api
