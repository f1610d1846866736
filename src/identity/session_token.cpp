#include "identity/session_token.h"

#include <optional>

#include "base/text.h"
#include "crypto/hash.h"

namespace lp::identity {
namespace {

constexpr std::size_t token_bytes = 32;

}  // namespace

std::string new_session_token(Entropy& entropy) {
  return base64url(entropy.bytes(token_bytes));
}

bool is_session_token(std::string_view text) {
  const std::optional<std::string> raw = from_base64url(text);
  return raw && raw->size() == token_bytes;
}

Digest session_token_digest(std::string_view token) {
  return crypto::sha256(token);
}

}  // namespace lp::identity
