// Any bytes as what an authenticator says of a new passkey: what is read of it has one form, and
// its key is one that can verify.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "crypto/p256.h"
#include "identity/cbor_reader.h"
#include "identity/passkey_registration.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);

  lp::identity::CborReader reader(bytes);
  while (const auto item = reader.next()) LP_ASSERT(item->content.size() <= size);
  LP_ASSERT(!reader.next());

  const auto attestation = lp::identity::read_attestation(bytes);
  if (!attestation) {
    LP_ASSERT(!lp::identity::describe(attestation.error()).empty());
    return 0;
  }
  LP_ASSERT(lp::crypto::P256PublicKey::from_spki(attestation->spki).has_value());
  LP_ASSERT(!attestation->credential.empty() && attestation->credential.size() <= 1'023);
  LP_ASSERT(attestation->aaguid.size() == 36);
  LP_ASSERT(attestation->signature.empty() == (attestation->format == "none"));
  return 0;
}
