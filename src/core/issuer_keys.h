// Issuer keys that took the place of the first one of a log, a file in `secrets/` each.
//
// Every one is of fresh randomness: whoever learnt the key before, or what that is derived from,
// learns nothing about it. Its file is durable before anybody is shown the public half, so that no
// roster can name a key which a crash took away. A key of which a roster never heard signs nothing.

#pragma once

#include <expected>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/entropy.h"
#include "base/secret.h"
#include "crypto/p256.h"

namespace lp::core {

class IssuerKeys {
 public:
  // Takes up the files of the directory; the error is a sentence for people.
  std::expected<void, std::string> read(const std::string& directory);

  // A new key for the log of this origin: its SPKI. Nothing when the file cannot be written.
  [[nodiscard]] std::optional<std::string> make(std::string_view origin, Entropy& entropy);
  [[nodiscard]] std::optional<crypto::P256Key> find(std::string_view spki) const;
  // Removes those of this log that are not among `spkis`, durably; false when that fails.
  [[nodiscard]] bool keep_only(std::string_view origin, const std::set<std::string>& spkis);

 private:
  struct Kept {
    std::string file;  // its name in the directory
    Secret secret;
  };
  std::string directory_;
  mutable std::mutex mutex_;  // net threads sign claims while lp-core makes keys
  std::map<std::string, Kept, std::less<>> keys_;  // by SPKI
};

}  // namespace lp::core
