// The file of the log keys, `log.key`: a secret from which the key of every log is derived with
// which it begins, and, of logs whose key was rotated, their keys one by one.
//
// As long as no key was rotated it is the secret alone, 32 bytes. From then on it is a text:
//
//   letsping log keys 1
//   secret <base64>
//   log <origin>
//   key <from> <vkey> <base64 of the seed, or - once it was destroyed>
//   next <base64 of the seed>
//
// with a `log` for each that is named, its `key` lines in order, the first from 0, and `next` when
// a key was made for it for which nobody has signed yet. There is one text for each content.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "crypto/ed25519.h"

namespace lp::core {

struct LogKeyFile {
  static constexpr std::size_t secret_bytes = 32;  // of the secret and of each seed

  struct Key {
    std::uint64_t from = 0;  // signs trees of that size on, until the next
    std::string vkey;
    Secret seed;  // empty once it was destroyed
  };
  struct Log {
    std::vector<Key> keys;  // in order; the last has its seed
    Secret next;            // empty: none waits
  };
  Secret secret;
  std::map<std::string, Log, std::less<>> logs;  // by origin

  [[nodiscard]] Secret bytes() const;
  // Nothing for what bytes() could not have written, a seed under another vkey included.
  static std::optional<LogKeyFile> parse(std::string_view bytes);
};

// Of a seed, for a log.
std::string vkey_of(std::string_view origin, const crypto::Ed25519Key& key);

}  // namespace lp::core
