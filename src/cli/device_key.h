// A person's device key at the command line: P-256, in a file that only its passphrase opens
// (evidence.md 8, class B).
//
// The file is one line of JSON: what it is for, how the passphrase becomes a key (scrypt), and the
// PKCS#8 under that key (AES-256-GCM). Every member is under the tag: a file that was changed does
// not open. Without the passphrase it still says whose key it is.

#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/entropy.h"
#include "crypto/p256.h"
#include "crypto/scrypt.h"

namespace lp::cli {

inline constexpr std::size_t passphrase_min = 12;  // characters

struct DeviceKeyFile {
  std::string log_name;  // of the installation that it decides for
  std::string spki;
  crypto::ScryptCost cost;
  std::string salt, iv, sealed;

  [[nodiscard]] std::string bytes() const;
  // Strict; nothing for what bytes() could not have written, or what scrypt cannot afford.
  static std::optional<DeviceKeyFile> parse(std::string_view bytes);
};

DeviceKeyFile seal_device_key(const crypto::P256Key& key, std::string_view log_name,
                              std::string_view passphrase, Entropy& entropy,
                              const crypto::ScryptCost& cost = {});

// Nothing for another passphrase or a changed file: the two cannot be told apart.
std::optional<crypto::P256Key> open_device_key(const DeviceKeyFile& file,
                                               std::string_view passphrase);

// Whether a new passphrase is long enough.
[[nodiscard]] bool long_enough(std::string_view passphrase);

// $XDG_CONFIG_HOME/letsping (or ~/.config/letsping) + "/device-<log name>.json", with the member in
// the name for a key that was made here for somebody else. Nothing without a home.
std::optional<std::string> default_key_path(std::string_view log_name,
                                            std::string_view member = {});

// The errors are sentences for people.
std::expected<DeviceKeyFile, std::string> read_key_file(const std::string& path);
// The folders above the file that are missing, mode 0700.
std::expected<void, std::string> make_folder_of(const std::string& path);
// Creates only, mode 0600, with the folders above it that are missing (0700).
std::expected<void, std::string> create_key_file(const std::string& path,
                                                 const DeviceKeyFile& file);

}  // namespace lp::cli
