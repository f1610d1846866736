// ECDSA on P-256 with SHA-256. Signatures are DER and low-S; public keys are DER SPKI with the
// uncompressed point and nothing else (91 bytes), so that a key has one encoding.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/secret.h"

namespace lp::crypto {

class P256Key {
 public:
  static P256Key generate();
  // PKCS#8 DER; nothing for anything but a P-256 private key.
  static std::optional<P256Key> from_pkcs8(std::string_view der);
  // Deterministic: 48 uniformly random bytes reduced to 1..n-1 (FIPS 186-5 A.2.1). LP_ASSERT on
  // another length.
  static P256Key from_uniform(std::string_view bytes48);
  P256Key(P256Key&&) noexcept;
  P256Key& operator=(P256Key&&) noexcept;
  ~P256Key();

  // ECDSA over SHA-256(message), DER, low-S.
  [[nodiscard]] std::string sign(std::string_view message) const;
  [[nodiscard]] const std::string& spki() const { return spki_; }
  [[nodiscard]] Secret pkcs8() const;
  // The x-coordinate of the point that both come to (ECDH, SP 800-56A): 32 bytes. `point` is the
  // other's, uncompressed, 65 bytes; nothing for what is no point on the curve.
  [[nodiscard]] std::optional<Secret> agree(std::string_view point) const;
  // The uncompressed point of this key: the last 65 bytes of spki().
  [[nodiscard]] std::string_view point() const [[clang::lifetimebound]];

 private:
  struct Handle;
  P256Key(std::unique_ptr<Handle> handle, std::string spki);
  std::unique_ptr<Handle> handle_;
  std::string spki_;
};

// A verifier kept for many signatures of one key (parsing the SPKI costs more than it looks).
class P256PublicKey {
 public:
  // Nothing unless `spki` is exactly the form above and the point is on the curve.
  static std::optional<P256PublicKey> from_spki(std::string_view spki);
  P256PublicKey(P256PublicKey&&) noexcept;
  P256PublicKey& operator=(P256PublicKey&&) noexcept;
  ~P256PublicKey();

  // Strict DER; `require_low_s` refuses the twin of a valid signature.
  [[nodiscard]] bool verify(std::string_view message, std::string_view der_signature,
                            bool require_low_s = true) const;
  // The same for who knows only the SHA-256 of the message.
  [[nodiscard]] bool verify_digest(const Digest& sha256_of_message, std::string_view der_signature,
                                   bool require_low_s = true) const;

 private:
  struct Handle;
  explicit P256PublicKey(std::unique_ptr<Handle> handle);
  std::unique_ptr<Handle> handle_;
};

// A signature as r ‖ s, 64 bytes, which JOSE and HTTP message signatures use (RFC 7518 §3.4), and
// as DER; nothing for what is no signature.
std::optional<std::string> p256_raw_signature(std::string_view der_signature);
std::optional<std::string> p256_der_signature(std::string_view raw64);

[[nodiscard]] bool p256_verify(std::string_view spki, std::string_view message,
                               std::string_view der_signature, bool require_low_s = true);

}  // namespace lp::crypto
