#include "seal/content_key.h"

#include <utility>

#include "base/assert.h"
#include "base/text.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "json/write.h"

namespace lp::seal {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t key_bytes = crypto::aead_key_bytes;
constexpr std::size_t salt_bytes = 32;
constexpr std::size_t kid_bytes = 8;

// The AES key of one v2 envelope: bound to its salt and context, so that a ciphertext moved under
// another context does not open.
Secret envelope_key(std::string_view content_key, std::string_view salt, std::string_view context) {
  std::string info("lp-env/2\0"sv);
  info += context;
  return Secret(crypto::hkdf_sha256(content_key, salt, info));
}

json::Value envelope_of(std::string_view iv, std::string_view ciphertext) {
  json::Value envelope = json::Value::object();
  envelope.add("_lp_enc", true);
  envelope.add("iv", base64(iv));
  envelope.add("ct", base64(ciphertext));
  return envelope;
}

std::string_view name_of(Role role) {
  return role == Role::base ? "base" : "edit";
}

}  // namespace

std::optional<ContentKey> ContentKey::from_base64(std::string_view text) {
  std::optional<std::string> raw = lp::from_base64(text);
  if (!raw) return std::nullopt;
  Secret secret(*raw);
  wipe(*raw);
  if (secret.reveal().size() != key_bytes) return std::nullopt;
  return ContentKey(std::move(secret));
}

ContentKey::ContentKey(Secret raw32) : raw_(std::move(raw32)) {
  LP_ASSERT(raw_.reveal().size() == key_bytes);
}

std::string ContentKey::kid() const {
  return hex(crypto::sha256({"lp-kid/1\0"sv, raw_.reveal()}).view().substr(0, kid_bytes));
}

json::Value ContentKey::seal_v1(std::string_view plaintext, Entropy& entropy) const {
  const std::string iv = entropy.bytes(crypto::aead_iv_bytes);
  return envelope_of(iv, crypto::aes_256_gcm_seal(raw_.reveal(), iv, plaintext));
}

json::Value ContentKey::seal_v2(std::string_view plaintext, const json::Value& ctx,
                                Entropy& entropy) const {
  LP_ASSERT(ctx.is_object());
  const std::string salt = entropy.bytes(salt_bytes);
  const std::string iv = entropy.bytes(crypto::aead_iv_bytes);
  const std::string context = json::canonical(ctx);
  const Secret key = envelope_key(raw_.reveal(), salt, context);
  json::Value envelope =
      envelope_of(iv, crypto::aes_256_gcm_seal(key.reveal(), iv, plaintext, context));
  envelope.add("v", 2);
  envelope.add("kid", kid());
  envelope.add("salt", base64(salt));
  envelope.add("ctx", ctx);
  return envelope;
}

std::optional<std::string> ContentKey::open(const Envelope& envelope) const {
  if (envelope.kind == PayloadKind::v1) {
    return crypto::aes_256_gcm_open(raw_.reveal(), envelope.iv, envelope.ciphertext);
  }
  const Secret key = envelope_key(raw_.reveal(), envelope.salt, envelope.context);
  return crypto::aes_256_gcm_open(key.reveal(), envelope.iv, envelope.ciphertext, envelope.context);
}

Secret ContentKey::commitment_key(const Envelope& envelope) const {
  if (envelope.kind == PayloadKind::v2) {
    return Secret(crypto::hkdf_sha256(raw_.reveal(), envelope.salt, "lp-commit/2"));
  }
  const Digest salt = crypto::sha256({"lp-salt/1\0"sv, envelope.iv, envelope.ciphertext});
  return Secret(crypto::hkdf_sha256(raw_.reveal(), salt.view(), "lp-commit/1"));
}

Secret ContentKey::note_key(std::string_view salt, std::string_view context) const {
  std::string info("lp-note/1\0"sv);
  info += context;
  return Secret(crypto::hkdf_sha256(raw_.reveal(), salt, info));
}

Secret ContentKey::attachment_key(std::string_view salt, std::string_view context) const {
  std::string info("lp-attachment/1\0"sv);
  info += context;
  return Secret(crypto::hkdf_sha256(raw_.reveal(), salt, info));
}

Digest commitment(std::string_view k, Role role, std::string_view plaintext) {
  return crypto::hmac_sha256(k, {"lp-commit/1\0"sv, name_of(role), "\0"sv, plaintext});
}

Digest reason_digest(std::string_view k, std::string_view reason) {
  return crypto::hmac_sha256(k, {"lp-reason/1\0"sv, reason});
}

Digest display_digest(std::string_view k, const json::Value& display) {
  return crypto::hmac_sha256(k, {"lp-display/1\0"sv, json::canonical(display)});
}

}  // namespace lp::seal
