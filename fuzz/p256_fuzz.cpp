// Any bytes as a key or as a signature: OpenSSL's parsers stand behind ours.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "crypto/ed25519.h"
#include "crypto/p256.h"

namespace {

const lp::crypto::P256Key& signer() {
  static const auto key = lp::crypto::P256Key::from_uniform(std::string(48, '\x07'));
  return key;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);

  if (const auto key = lp::crypto::P256Key::from_pkcs8(bytes)) {
    LP_ASSERT(lp::crypto::P256PublicKey::from_spki(key->spki()).has_value());
  }
  if (lp::crypto::P256PublicKey::from_spki(bytes)) LP_ASSERT(bytes.size() == 91);

  // Nobody signed this message, so only a forgery could verify; low S implies any S.
  static const auto verifier = lp::crypto::P256PublicKey::from_spki(signer().spki());
  LP_ASSERT(!verifier->verify("never signed", bytes, false));
  LP_ASSERT(!verifier->verify("never signed", bytes, true));

  if (lp::crypto::ed25519_acceptable(bytes)) LP_ASSERT(bytes.size() == 32);
  if (size >= 32) {
    LP_ASSERT(!lp::crypto::ed25519_verify(bytes.substr(0, 32), "never signed", bytes.substr(32)));
  }
  return 0;
}
