// RSA signatures of others, only ever verified: PKCS #1 v1.5 and PSS, both with SHA-256 (RFC 8017),
// as identity providers make them. Nothing here signs, and nothing of ours is signed so.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace lp::crypto {

class RsaPublicKey {
 public:
  // Big-endian, without leading zeros. Nothing unless the modulus is odd and has 2048 to 8192 bits,
  // and the exponent is odd, at least 3 and below 2^32: weaker keys can be forged, larger ones keep
  // whoever verifies busy.
  static std::optional<RsaPublicKey> from_parts(std::string_view modulus,
                                                std::string_view exponent);
  RsaPublicKey(RsaPublicKey&&) noexcept;
  RsaPublicKey& operator=(RsaPublicKey&&) noexcept;
  ~RsaPublicKey();

  [[nodiscard]] bool verify_pkcs1(std::string_view message, std::string_view signature) const;
  // Only with a salt as long as the digest, as RFC 7518 §3.5 demands.
  [[nodiscard]] bool verify_pss(std::string_view message, std::string_view signature) const;

 private:
  struct Handle;
  explicit RsaPublicKey(std::unique_ptr<Handle> handle);
  [[nodiscard]] bool verify(std::string_view message, std::string_view signature,
                            int padding) const;
  std::unique_ptr<Handle> handle_;
};

}  // namespace lp::crypto
