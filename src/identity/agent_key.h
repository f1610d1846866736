// The public key an agent proves itself with: Ed25519 or P-256, as DER SubjectPublicKeyInfo.
//
// What is accepted at enrolment has one encoding: for P-256 the 91 bytes with the uncompressed
// point on the curve, for Ed25519 the 44 bytes of RFC 8410 with a canonical point that is not of
// small order, for which anybody could make signatures.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lp::identity {

enum class AgentKeyKind : std::uint8_t { ed25519, p256 };

// The name of its signatures in RFC 9421 §6.2: "ed25519", "ecdsa-p256-sha256".
std::string_view algorithm_of(AgentKeyKind kind);

// What kind of key this is; nothing for a key that must not be enrolled.
std::optional<AgentKeyKind> agent_key_kind(std::string_view spki);

// 64 bytes: R ‖ S of Ed25519, r ‖ s of ECDSA with SHA-256. Either s of ECDSA is taken, because
// common signers do not choose the low one and the nonce, not the signature, makes a call unique.
[[nodiscard]] bool verify_with_agent_key(std::string_view spki, std::string_view message,
                                         std::string_view signature);

}  // namespace lp::identity
