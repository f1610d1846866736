#include "identity/agent_key.h"

#include "base/assert.h"
#include "crypto/ed25519.h"
#include "crypto/p256.h"

namespace lp::identity {
namespace {

using namespace std::string_view_literals;

// SubjectPublicKeyInfo of id-Ed25519 up to the 32 bytes of the key (RFC 8410 §4).
constexpr std::string_view ed25519_head = "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"sv;
constexpr std::size_t ed25519_spki_bytes = ed25519_head.size() + 32;
static_assert(ed25519_spki_bytes == 44);

std::optional<std::string_view> ed25519_point(std::string_view spki) {
  if (spki.size() != ed25519_spki_bytes || !spki.starts_with(ed25519_head)) return std::nullopt;
  return spki.substr(ed25519_head.size());
}

}  // namespace

std::string_view algorithm_of(AgentKeyKind kind) {
  switch (kind) {
    case AgentKeyKind::ed25519:
      return "ed25519";
    case AgentKeyKind::p256:
      return "ecdsa-p256-sha256";
  }
  assertion_failed("an AgentKeyKind", __FILE__, __LINE__);
}

std::optional<AgentKeyKind> agent_key_kind(std::string_view spki) {
  if (const auto point = ed25519_point(spki)) {
    if (!crypto::ed25519_acceptable(*point)) return std::nullopt;
    return AgentKeyKind::ed25519;
  }
  if (crypto::P256PublicKey::from_spki(spki)) return AgentKeyKind::p256;
  return std::nullopt;
}

bool verify_with_agent_key(std::string_view spki, std::string_view message,
                           std::string_view signature) {
  if (const auto point = ed25519_point(spki)) {
    return crypto::ed25519_verify(*point, message, signature);
  }
  const auto der = crypto::p256_der_signature(signature);
  return der && crypto::p256_verify(spki, message, *der, false);
}

}  // namespace lp::identity
