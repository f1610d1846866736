#include "core/log_secret.h"

#include <fmt/core.h>

#include <cerrno>

#include "base/file.h"
#include "crypto/hash.h"

namespace lp::core {
namespace {

constexpr std::size_t secret_bytes = 32;

}  // namespace

std::expected<Secret, std::string> secret_file(const std::string& path, bool create,
                                               Entropy& entropy) {
  auto found = read_secret_file(path, secret_bytes + 1);
  if (!found && found.error().errno_value == ENOENT && create) {
    const Secret fresh(entropy.bytes(secret_bytes));
    if (const auto written = create_file_durably(path, fresh.reveal(), 0400); !written) {
      return std::unexpected(to_string(written.error()));
    }
    return fresh;
  }
  if (!found) return std::unexpected(to_string(found.error()));
  if (found->reveal().size() != secret_bytes) {
    return std::unexpected(fmt::format("{}: not a secret of {} bytes", path, secret_bytes));
  }
  return *std::move(found);
}

std::string key_info(std::string_view tag, std::string_view origin) {
  std::string text(tag);
  text.push_back('\0');
  text.append(origin);
  text.append("1");  // epoch; a rotation raises it
  return text;
}

std::expected<LogSecret, std::string> LogSecret::open(const std::string& path, bool create,
                                                      Entropy& entropy) {
  auto secret = secret_file(path, create, entropy);
  if (!secret) return std::unexpected(secret.error());
  return LogSecret(*std::move(secret));
}

crypto::Ed25519Key LogSecret::key(std::string_view origin) const {
  return crypto::Ed25519Key::from_seed(
      crypto::hkdf_sha256(secret_.reveal(), {}, key_info("lp-log/1", origin)));
}

}  // namespace lp::core
