// The secret from which the key of every log is derived: one file, which who signs needs and nobody
// else.

#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include "base/entropy.h"
#include "base/secret.h"
#include "crypto/ed25519.h"

namespace lp::core {

class LogSecret {
 public:
  // Reads the file (0400, ours), or makes it when `create` and it is missing. The error is a
  // sentence for people.
  static std::expected<LogSecret, std::string> open(const std::string& path, bool create,
                                                    Entropy& entropy);

  // seed = HKDF-SHA-256(log secret, info "lp-log/1\0" ‖ origin ‖ epoch) (evidence.md 1).
  [[nodiscard]] crypto::Ed25519Key key(std::string_view origin) const;

 private:
  explicit LogSecret(Secret secret) : secret_(std::move(secret)) {}
  Secret secret_;
};

// Reads a secret of 32 bytes, or makes it when `create`; a file of another length is refused.
std::expected<Secret, std::string> secret_file(const std::string& path, bool create,
                                               Entropy& entropy);
// What a key of one origin is derived under: tag ‖ 0 ‖ origin ‖ epoch.
std::string key_info(std::string_view tag, std::string_view origin);

}  // namespace lp::core
