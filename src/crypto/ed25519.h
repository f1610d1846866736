// Ed25519 (RFC 8032) from a 32-byte seed. Verification refuses small-order and non-canonical keys,
// which OpenSSL 3.0 lets by (evidence.md 0.7).

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace lp::crypto {

class Ed25519Key {
 public:
  // `seed` is exactly 32 bytes (LP_ASSERT).
  static Ed25519Key from_seed(std::string_view seed);
  Ed25519Key(Ed25519Key&&) noexcept;
  Ed25519Key& operator=(Ed25519Key&&) noexcept;
  ~Ed25519Key();

  [[nodiscard]] std::string sign(std::string_view message) const;          // 64 bytes
  [[nodiscard]] const std::string& public_key() const { return public_; }  // 32 bytes

 private:
  struct Handle;
  Ed25519Key(std::unique_ptr<Handle> handle, std::string public_key);
  std::unique_ptr<Handle> handle_;
  std::string public_;
};

// Whether 32 bytes are acceptable as a public key: canonical and not of small order.
[[nodiscard]] bool ed25519_acceptable(std::string_view public_key);

[[nodiscard]] bool ed25519_verify(std::string_view public_key, std::string_view message,
                                  std::string_view signature);

}  // namespace lp::crypto
