// AES-256-GCM, and AES-128-GCM for the one protocol that asks for it (RFC 8188), with a 12-byte IV
// and a 16-byte tag appended to the ciphertext (wire.md B1).

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace lp::crypto {

inline constexpr std::size_t aead_key_bytes = 32;
inline constexpr std::size_t aead_iv_bytes = 12;
inline constexpr std::size_t aead_tag_bytes = 16;

// ciphertext ‖ tag. Key and IV must have the lengths above (LP_ASSERT).
std::string aes_256_gcm_seal(std::string_view key, std::string_view iv, std::string_view plaintext,
                             std::string_view additional_data = {});

// The plaintext; nothing for wrong lengths or a tag that does not verify (one answer for both).
std::optional<std::string> aes_256_gcm_open(std::string_view key, std::string_view iv,
                                            std::string_view ciphertext_and_tag,
                                            std::string_view additional_data = {});

// The same under a key of 16 bytes. Only to seal: what comes back to us is never in this form.
std::string aes_128_gcm_seal(std::string_view key, std::string_view iv, std::string_view plaintext);

}  // namespace lp::crypto
