// The sealed key of the person at the terminal: made under a new passphrase, or opened with it.
// Errors are sentences for people; whoever gives up gives no key.

#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "cli/commands.h"
#include "cli/device_key.h"
#include "cli/terminal.h"
#include "crypto/p256.h"

namespace lp::cli {

// --key-file; "" means the default place of the installation.
struct KeyFlags {
  std::string key_file;
};
void add_key_file(Command& app, KeyFlags& flags);

// Where the key is; the error says that there is no home to look in.
std::expected<std::string, std::string> key_path(const KeyFlags& flags, std::string_view log_name);

// Asks for a new passphrase, twice; `whose` stands in the question: "your key".
std::expected<Secret, std::string> new_passphrase(Terminal& terminal, std::string_view whose);

// Makes a key under a new passphrase and writes its file.
std::expected<crypto::P256Key, std::string> make_key(Terminal& terminal, const std::string& path,
                                                     std::string_view log_name,
                                                     std::string_view whose);

// Opens a key of this installation; asks at most three times.
std::expected<crypto::P256Key, std::string> unlock(Terminal& terminal, const std::string& path,
                                                   const DeviceKeyFile& file);

// Reads the file and checks that it is of the installation `log_name`.
std::expected<DeviceKeyFile, std::string> read_own_key(const std::string& path,
                                                       std::string_view log_name);

}  // namespace lp::cli
