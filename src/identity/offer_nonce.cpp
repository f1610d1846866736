#include "identity/offer_nonce.h"

#include <algorithm>

#include "base/assert.h"
#include "base/text.h"
#include "crypto/hash.h"

namespace lp::identity {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t random_bytes = 16;
constexpr std::size_t expiry_bytes = 6;
constexpr std::size_t tag_bytes = 16;
constexpr std::size_t head_bytes = random_bytes + expiry_bytes;

std::string big_endian(std::uint64_t value, std::size_t count) {
  std::string bytes;
  for (std::size_t i = count; i > 0; --i) bytes += static_cast<char>(value >> (8 * (i - 1)) & 0xff);
  return bytes;
}

// The texts are preceded by their lengths: no two subjects give the same message.
std::string tag_of(std::string_view server_key, const OfferSubject& subject,
                   std::string_view head) {
  std::string message("lp-offer/1\0"sv);
  message += head;
  message += big_endian(subject.version, 8);
  for (const std::string_view text :
       {std::string_view(subject.request_id), std::string_view(subject.member),
        std::string_view(subject.key)}) {
    message += big_endian(text.size(), 8);
    message += text;
  }
  const Digest digest = crypto::hmac_sha256(server_key, message);
  return std::string(digest.view().substr(0, tag_bytes));
}

}  // namespace

std::string make_offer_nonce(std::string_view server_key, const OfferSubject& subject,
                             Instant expires_at, Entropy& entropy) {
  LP_ASSERT(expires_at.ms >= 0 && expires_at.ms < std::int64_t{1} << (8 * expiry_bytes));
  std::string nonce = entropy.bytes(random_bytes);
  nonce += big_endian(static_cast<std::uint64_t>(expires_at.ms), expiry_bytes);
  nonce += tag_of(server_key, subject, nonce);
  return base64(nonce);
}

std::optional<Instant> read_offer_nonce(std::string_view server_key, const OfferSubject& subject,
                                        std::string_view nonce) {
  const std::optional<std::string> raw = from_base64(nonce);
  if (!raw || raw->size() != head_bytes + tag_bytes) return std::nullopt;
  const std::string_view head = std::string_view(*raw).substr(0, head_bytes);
  const std::string_view tag = std::string_view(*raw).substr(head_bytes);
  if (!crypto::equal_constant_time(tag_of(server_key, subject, head), tag)) return std::nullopt;
  std::int64_t ms = 0;
  for (const char c : head.substr(random_bytes)) ms = ms << 8 | static_cast<unsigned char>(c);
  return Instant{ms};
}

}  // namespace lp::identity
