// API keys: `lp_{role}_{10 base32}_{52 base32}_{8 hex CRC-32 of all before}` (security.md D-56).
//
// "All before" ends before the last underscore; the role is written out (lp_agent_…).
//
// The first part names the key, the second is 256 bits of secret. Stored as SHA-256 of the whole
// text; a key never decides a request.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/entropy.h"

namespace lp::identity {

enum class KeyRole : std::uint8_t { agent, executor, auditor, admin };
std::string_view to_string(KeyRole role);
std::optional<KeyRole> key_role(std::string_view name);

std::string new_api_key(KeyRole role, Entropy& entropy);
// The role that a well-formed key claims; the store says whether there is such a key.
std::optional<KeyRole> api_key_role(std::string_view key);
// Form and CRC only: a cheap refusal before any look-up.
[[nodiscard]] bool well_formed(std::string_view key);
// What the store keeps and looks up.
Digest api_key_digest(std::string_view key);

}  // namespace lp::identity
