#include "outbound/signature.h"

#include <fmt/format.h>

#include "base/text.h"
#include "crypto/hash.h"

namespace lp::outbound {

Headers sign(std::string_view secret, std::string_view id, Instant now, std::string_view body) {
  const std::string ms = std::to_string(now.ms), seconds = std::to_string(now.ms / 1000);
  const Digest v1 = crypto::hmac_sha256(secret, body);
  const Digest v2 = crypto::hmac_sha256(secret, {ms, ".", id, ".", body});
  const Digest standard = crypto::hmac_sha256(secret, {id, ".", seconds, ".", body});
  return {{"X-LetsPing-Signature", fmt::format("t={},v1={},v2={}", ms, v1.hex(), v2.hex())},
          {"webhook-id", std::string(id)},
          {"webhook-timestamp", seconds},
          {"webhook-signature", "v1," + base64(standard.view())}};
}

}  // namespace lp::outbound
