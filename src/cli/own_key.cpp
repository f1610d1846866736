#include "cli/own_key.h"

#include <fmt/core.h>

#include "cli/output.h"
#include "crypto/hash.h"

namespace lp::cli {
namespace {

constexpr int tries_max = 3;

std::unexpected<std::string> gave_up() {
  return std::unexpected(std::string("Given up; nothing was signed."));
}

}  // namespace

void add_key_file(Command& app, KeyFlags& flags) {
  app.add_option("--key-file", flags.key_file,
                 "The sealed device key (default: "
                 "$XDG_CONFIG_HOME/letsping/device-LOGNAME.json)");
}

std::expected<std::string, std::string> key_path(const KeyFlags& flags, std::string_view log_name) {
  if (!flags.key_file.empty()) return flags.key_file;
  auto path = default_key_path(log_name);
  if (!path) {
    return std::unexpected(
        std::string("There is no home directory to keep a key in: name a file with --key-file."));
  }
  return *std::move(path);
}

std::expected<Secret, std::string> new_passphrase(Terminal& terminal, std::string_view whose) {
  for (int i = 0; i < tries_max; ++i) {
    const auto first = terminal.ask_secret(fmt::format("New passphrase for {}: ", whose));
    if (!first) return gave_up();
    if (!long_enough(first->reveal())) {
      terminal.say(fmt::format("It needs at least {} characters.\n", passphrase_min));
      continue;
    }
    const auto second = terminal.ask_secret("The same again: ");
    if (!second) return gave_up();
    if (crypto::equal_constant_time(first->reveal(), second->reveal())) return *first;
    terminal.say("The two differ.\n");
  }
  return std::unexpected(std::string("No passphrase was set; nothing was signed."));
}

std::expected<crypto::P256Key, std::string> make_key(Terminal& terminal, const std::string& path,
                                                     std::string_view log_name,
                                                     std::string_view whose) {
  const auto passphrase = new_passphrase(terminal, whose);
  if (!passphrase) return std::unexpected(passphrase.error());
  crypto::SystemEntropy entropy;
  auto key = crypto::P256Key::generate();
  const auto file = seal_device_key(key, log_name, passphrase->reveal(), entropy);
  if (auto written = create_key_file(path, file); !written) {
    return std::unexpected(written.error());
  }
  terminal.say(fmt::format("The key is sealed in {}.\n", visible(path)));
  return key;
}

std::expected<crypto::P256Key, std::string> unlock(Terminal& terminal, const std::string& path,
                                                   const DeviceKeyFile& file) {
  for (int i = 0; i < tries_max; ++i) {
    const auto passphrase = terminal.ask_secret(fmt::format("Passphrase of {}: ", visible(path)));
    if (!passphrase) return gave_up();
    if (auto key = open_device_key(file, passphrase->reveal())) return *std::move(key);
    terminal.say("That does not open it.\n");
  }
  return std::unexpected(
      std::string("The key did not open: the passphrase is another, or the file was changed."));
}

std::expected<DeviceKeyFile, std::string> read_own_key(const std::string& path,
                                                       std::string_view log_name) {
  auto file = read_key_file(path);
  if (file && file->log_name != log_name) {
    return std::unexpected(
        fmt::format("{} is a key for another installation ({}).", path, visible(file->log_name)));
  }
  return file;
}

}  // namespace lp::cli
