#include "tlog/cosignature.h"

#include <algorithm>
#include <cstddef>
#include <limits>

#include "base/assert.h"

namespace lp::tlog {
namespace {

constexpr std::size_t time_bytes = 8;
constexpr auto time_max = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

std::string message(std::string_view body, std::uint64_t time_s) {
  return "cosignature/v1\ntime " + std::to_string(time_s) + "\n" + std::string(body);
}

bool is_time(std::uint64_t time_s) {
  return time_s != 0 && time_s <= time_max;
}

// The time of a line that verifies.
std::optional<std::uint64_t> verified_time(std::string_view body, std::string_view public_key,
                                           std::string_view signature) {
  if (signature.size() < time_bytes) return std::nullopt;
  std::uint64_t time_s = 0;
  for (const char c : signature.substr(0, time_bytes)) {
    time_s = time_s << 8U | static_cast<unsigned char>(c);
  }
  const bool verified = is_time(time_s) && crypto::ed25519_verify(public_key, message(body, time_s),
                                                                  signature.substr(time_bytes));
  return verified ? std::optional(time_s) : std::nullopt;
}

}  // namespace

SignatureLine cosign(std::string_view body, std::string_view name, const crypto::Ed25519Key& key,
                     std::uint64_t time_s) {
  LP_ASSERT(is_time(time_s));
  std::string signature;
  for (unsigned shift = 64; shift > 0; shift -= 8) {
    signature += static_cast<char>(time_s >> (shift - 8) & 0xFFU);
  }
  signature += key.sign(message(body, time_s));
  const CosignerKey cosigner = CosignerKey::make(name, key.public_key());
  return {cosigner.name, cosigner.id, std::move(signature)};
}

std::expected<std::uint64_t, NoteFault> open_cosignature(const Note& note, const CosignerKey& key) {
  std::uint64_t newest = 0;
  for (const SignatureLine& line : note.signatures) {
    if (line.name != key.name || line.key_id != key.id) continue;
    const auto time_s = verified_time(note.body, key.public_key, line.signature);
    if (!time_s) return std::unexpected(NoteFault::bad_signature);
    newest = std::max(newest, *time_s);
  }
  if (newest == 0) return std::unexpected(NoteFault::unknown_key);
  return newest;
}

}  // namespace lp::tlog
