#include "api/review/login_nonce.h"

#include <optional>

#include "base/text.h"
#include "crypto/hash.h"

namespace lp::api {

namespace {

constexpr std::size_t random_bytes = 16;
constexpr std::size_t expiry_bytes = 8;
constexpr std::size_t mac_bytes = 32;

std::string big_endian(std::int64_t value) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes += static_cast<char>(static_cast<std::uint64_t>(value) >> shift & 0xff);
  }
  return bytes;
}

std::int64_t from_big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return static_cast<std::int64_t>(value);
}

// When it expires; nothing when it is not ours.
std::optional<Instant> expiry_of(std::string_view key, std::string_view nonce) {
  const auto raw = from_base64(nonce);
  if (!raw || raw->size() != random_bytes + expiry_bytes + mac_bytes) return std::nullopt;
  const std::string_view said = std::string_view(*raw).substr(0, random_bytes + expiry_bytes);
  const std::string_view mac = std::string_view(*raw).substr(said.size());
  if (!crypto::equal_constant_time(crypto::hmac_sha256(key, said).view(), mac)) return std::nullopt;
  return Instant{from_big_endian(said.substr(random_bytes))};
}

}  // namespace

std::string LoginNonces::make(std::string_view key, Instant now, Entropy& entropy,
                              std::int64_t life_ms) {
  const std::string said = entropy.bytes(random_bytes) + big_endian((now + life_ms).ms);
  return base64(said + std::string(crypto::hmac_sha256(key, said).view()));
}

bool LoginNonces::use(std::string_view key, std::string_view nonce, Instant now) {
  const auto expiry = expiry_of(key, nonce);
  if (!expiry || now >= *expiry) return false;
  std::lock_guard lock(mutex_);
  if (used_.size() >= used_max_) {
    std::erase_if(used_, [now](const auto& used) { return used.second <= now; });
  }
  if (used_.size() >= used_max_) return false;
  return used_.try_emplace(std::string(nonce), *expiry).second;
}

}  // namespace lp::api
