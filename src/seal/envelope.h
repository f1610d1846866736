// The payload envelope `{_lp_enc, iv, ct}` as seen by a server without keys (evidence.md 2).
//
// v1 is LetsPing's; v2 adds `v:2, kid, salt, ctx`. The server recognises, bounds and hashes an
// envelope; it cannot open one.

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "json/value.h"

namespace lp::seal {

enum class PayloadKind : std::uint8_t { v1, v2, plain };
std::string_view to_string(PayloadKind kind);  // "v1" | "v2" | "plain"
std::optional<PayloadKind> payload_kind(std::string_view text);

struct Envelope {
  PayloadKind kind = PayloadKind::v1;  // v1 or v2
  std::string iv;                      // 12 bytes, decoded
  std::string ciphertext;              // with the 16-byte tag, decoded
  std::string kid;                     // v2: 16 hex characters; empty in v1
  std::string salt;                    // v2: 32 bytes; empty in v1
  std::string context;                 // v2: JCS(ctx), the additional data; empty in v1
  Digest env_sha256;                   // SHA-256("lp-env/1\0" ‖ JCS(envelope))
};

enum class EnvelopeFault : std::uint8_t {
  not_an_envelope,      // no object with _lp_enc: true, so it is plaintext
  bad_base64,           // iv or ct is not strict base64
  bad_length,           // iv is not 12 bytes, or ct is shorter than its tag
  unsupported_version,  // v is present and not 2
  bad_member,           // kid, salt or ctx of a v2 envelope missing or malformed
};
std::string_view to_string(EnvelopeFault fault);

// An object with `_lp_enc: true` is an envelope or an error; anything else is `not_an_envelope`.
// Extra members are allowed in v1 (published clients tolerate them) and counted in env_sha256.
std::expected<Envelope, EnvelopeFault> read_envelope(const json::Value& payload);

}  // namespace lp::seal
