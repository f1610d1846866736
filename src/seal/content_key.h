// The client's half of the envelope: sealing, opening and commitments under the content key.
//
// Used by the command-line approver and by tests; the server never holds a ContentKey.

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/entropy.h"
#include "base/secret.h"
#include "json/value.h"
#include "seal/envelope.h"

namespace lp::seal {

enum class Role : std::uint8_t { base, edit };  // the agent's own payload, or a person's edit

class ContentKey {
 public:
  // LETSPING_ENCRYPTION_KEY: standard base64 of exactly 32 bytes.
  static std::optional<ContentKey> from_base64(std::string_view text);
  explicit ContentKey(Secret raw32);

  [[nodiscard]] std::string kid() const;  // hex of the first 8 bytes of SHA-256("lp-kid/1\0" ‖ CK)

  // `{"_lp_enc":true,"iv":…,"ct":…}`
  [[nodiscard]] json::Value seal_v1(std::string_view plaintext, Entropy& entropy) const;
  // Adds v, kid, salt, ctx; ctx is an object and becomes the additional data as JCS(ctx).
  [[nodiscard]] json::Value seal_v2(std::string_view plaintext, const json::Value& ctx,
                                    Entropy& entropy) const;

  // The exact decrypted bytes; nothing for a wrong key or a changed envelope.
  [[nodiscard]] std::optional<std::string> open(const Envelope& envelope) const;

  // k of evidence.md 2 for this envelope (32 bytes); commitment(k, role, P) uses it, and so do the
  // HMACs of display, reason and comment.
  [[nodiscard]] Secret commitment_key(const Envelope& envelope) const;

  // What a note is sealed with (note.h), which opens nothing but notes.
  [[nodiscard]] Secret note_key(std::string_view salt, std::string_view context) const;
  // The same of the pieces of one file (attachment.h).
  [[nodiscard]] Secret attachment_key(std::string_view salt, std::string_view context) const;

 private:
  Secret raw_;
};

// HMAC-SHA-256(k, "lp-commit/1\0" ‖ ("base"|"edit") ‖ "\0" ‖ P)
Digest commitment(std::string_view k, Role role, std::string_view plaintext);
// HMAC(k, "lp-reason/1\0" ‖ UTF-8)
Digest reason_digest(std::string_view k, std::string_view reason);
// HMAC(k, "lp-display/1\0" ‖ JCS(display))
Digest display_digest(std::string_view k, const json::Value& display);

}  // namespace lp::seal
