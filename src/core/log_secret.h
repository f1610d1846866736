// The keys of the logs: one file (log_key_file.h), which who signs has and nobody else.
//
// A log begins with a key that is derived from the file's secret. One that takes its place is of
// fresh randomness: whoever learnt the file before learns nothing of it. It is on the disk before
// anybody is shown its public half, and each change replaces the file as a whole, so that a crash
// leaves what was or what shall be.
//
// Destroying a key that was derived takes the secret along: the keys of all other logs that are
// known then stand in the file one by one, and logs that begin later derive from a fresh secret.
//
// Read on any thread. Changed by one, which alone waits for the disk.

#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/entropy.h"
#include "base/secret.h"
#include "core/log_key_file.h"
#include "crypto/ed25519.h"
#include "evidence/log_keys.h"

namespace lp::core {

class LogSecret {
 public:
  // Reads the file (0400, ours), or makes it when `create` and it is missing. The error is a
  // sentence for people.
  static std::expected<LogSecret, std::string> open(const std::string& path, bool create,
                                                    Entropy& entropy);

  // The log's keys, each for the sizes that it signs, those that were destroyed too.
  [[nodiscard]] evidence::LogKeyRanges ranges(std::string_view origin) const;
  // The vkey of the one that waits to be signed for; "" when none does.
  [[nodiscard]] std::string next(std::string_view origin) const;
  // The one that signs trees of this size; nothing once it was destroyed.
  [[nodiscard]] std::optional<crypto::Ed25519Key> key(std::string_view origin,
                                                      std::uint64_t size) const;
  // The newest.
  [[nodiscard]] crypto::Ed25519Key key(std::string_view origin) const;

  // Makes the log's next key, in the place of one that waits: its vkey. Nothing when the file
  // cannot be written.
  [[nodiscard]] std::optional<std::string> draft(std::string_view origin, Entropy& entropy);
  // The key that waits signs from that size on; false when the file cannot be written.
  [[nodiscard]] bool hand_over(std::string_view origin, std::uint64_t from);

  // Logs of which a key is still here that another one follows.
  [[nodiscard]] std::vector<std::string> handing_over() const;
  // Whether such a key signs nothing any more, once a tree of this size was signed.
  [[nodiscard]] bool spent(std::string_view origin, std::uint64_t size) const;
  // Destroys all of them. `sizes`: of every log that is known, what was signed last. False when the
  // file cannot be written: they are still here.
  [[nodiscard]] bool destroy_spent(const std::map<std::string, std::uint64_t>& sizes,
                                   Entropy& entropy);

 private:
  LogSecret(std::string path, LogKeyFile file);
  [[nodiscard]] LogKeyFile copy() const;
  [[nodiscard]] bool replace(LogKeyFile file);

  std::string path_;
  std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();
  LogKeyFile file_;
};

// Reads a secret of 32 bytes, or makes it when `create`; a file of another length is refused.
std::expected<Secret, std::string> secret_file(const std::string& path, bool create,
                                               Entropy& entropy);
// What a key of one origin is derived under: tag ‖ 0 ‖ origin ‖ epoch.
std::string key_info(std::string_view tag, std::string_view origin);

}  // namespace lp::core
