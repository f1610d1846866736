// Any bytes as a payload: what is read as an envelope has exactly one reading.

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/assert.h"
#include "base/text.h"
#include "json/parse.h"
#include "json/write.h"
#include "seal/content_key.h"
#include "seal/envelope.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto document = lp::json::parse({reinterpret_cast<const char*>(data), size});
  if (!document) return 0;
  const auto envelope = lp::seal::read_envelope(document->root);
  if (!envelope) {
    LP_ASSERT(!lp::seal::to_string(envelope.error()).empty());
    return 0;
  }

  LP_ASSERT(envelope->iv.size() == 12 && envelope->ciphertext.size() >= 16);
  LP_ASSERT(lp::base64(envelope->iv) == document->root.find_string("iv"));
  LP_ASSERT(lp::base64(envelope->ciphertext) == document->root.find_string("ct"));
  const bool v2 = envelope->kind == lp::seal::PayloadKind::v2;
  LP_ASSERT(envelope->kid.size() == (v2 ? 16u : 0u) && envelope->salt.size() == (v2 ? 32u : 0u));
  LP_ASSERT(envelope->context.empty() != v2);

  // The hash is that of the value: its canonical text is the same envelope.
  const auto again = lp::json::parse(lp::json::canonical(document->root));
  LP_ASSERT(again.has_value());
  const auto same = lp::seal::read_envelope(again->root);
  LP_ASSERT(same.has_value() && same->env_sha256 == envelope->env_sha256);
  LP_ASSERT(same->context == envelope->context);

  // The holder of a key may be shown anything.
  const lp::seal::ContentKey key(lp::Secret(std::string(32, '\x2a')));
  static_cast<void>(key.open(*envelope));
  static_cast<void>(key.commitment_key(*envelope));
  return 0;
}
