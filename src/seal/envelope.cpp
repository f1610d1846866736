#include "seal/envelope.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "json/write.h"

namespace lp::seal {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kid_characters = 16;
constexpr std::size_t salt_bytes = 32;

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

// The members that v2 adds. Their absence is a fault: `v: 2` promises all three.
bool read_v2_members(const json::Value& payload, Envelope& envelope) {
  const auto kid = payload.find_string("kid");
  if (!kid || kid->size() != kid_characters) return false;
  if (!std::all_of(kid->begin(), kid->end(), is_hex)) return false;
  envelope.kid = *kid;

  const auto salt_text = payload.find_string("salt");
  if (!salt_text) return false;
  std::optional<std::string> salt = from_base64(*salt_text);
  if (!salt || salt->size() != salt_bytes) return false;
  envelope.salt = std::move(*salt);

  const json::Value* context = payload.find("ctx");
  if (context == nullptr || !context->is_object()) return false;
  envelope.context = json::canonical(*context);
  return true;
}

}  // namespace

std::string_view to_string(PayloadKind kind) {
  switch (kind) {
    case PayloadKind::v1:
      return "v1";
    case PayloadKind::v2:
      return "v2";
    case PayloadKind::plain:
      break;
  }
  return "plain";
}

std::optional<PayloadKind> payload_kind(std::string_view text) {
  for (const auto kind : {PayloadKind::v1, PayloadKind::v2, PayloadKind::plain}) {
    if (text == to_string(kind)) return kind;
  }
  return std::nullopt;
}

std::string_view to_string(EnvelopeFault fault) {
  switch (fault) {
    case EnvelopeFault::not_an_envelope:
      return "not_an_envelope";
    case EnvelopeFault::bad_base64:
      return "bad_base64";
    case EnvelopeFault::bad_length:
      return "bad_length";
    case EnvelopeFault::unsupported_version:
      return "unsupported_version";
    case EnvelopeFault::bad_member:
      break;
  }
  return "bad_member";
}

std::expected<Envelope, EnvelopeFault> read_envelope(const json::Value& payload) {
  const json::Value* mark = payload.find("_lp_enc");
  if (mark == nullptr || !mark->is_boolean() || !mark->as_boolean()) {
    return std::unexpected(EnvelopeFault::not_an_envelope);
  }
  const auto iv_text = payload.find_string("iv");
  const auto ciphertext_text = payload.find_string("ct");
  if (!iv_text || !ciphertext_text) return std::unexpected(EnvelopeFault::bad_base64);
  std::optional<std::string> iv = from_base64(*iv_text);
  std::optional<std::string> ciphertext = from_base64(*ciphertext_text);
  if (!iv || !ciphertext) return std::unexpected(EnvelopeFault::bad_base64);
  if (iv->size() != crypto::aead_iv_bytes || ciphertext->size() < crypto::aead_tag_bytes) {
    return std::unexpected(EnvelopeFault::bad_length);
  }

  Envelope envelope;
  envelope.iv = std::move(*iv);
  envelope.ciphertext = std::move(*ciphertext);
  if (payload.find("v") != nullptr) {
    if (payload.find_integer("v") != 2) return std::unexpected(EnvelopeFault::unsupported_version);
    if (!read_v2_members(payload, envelope)) return std::unexpected(EnvelopeFault::bad_member);
    envelope.kind = PayloadKind::v2;
  }
  envelope.env_sha256 = crypto::sha256({"lp-env/1\0"sv, json::canonical(payload)});
  return envelope;
}

}  // namespace lp::seal
