#include "cli/device_key.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "base/text.h"
#include "crypto/aead.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::cli {
namespace {

constexpr std::size_t salt_bytes = 16;
constexpr std::size_t file_bytes_max = 16'384;
constexpr std::string_view kind = "letsping-device-key";

// All but the ciphertext: what the tag covers beside it.
json::Value head_of(const DeviceKeyFile& file) {
  auto kdf = json::Value::object();
  kdf.add("name", "scrypt")
      .add("n", file.cost.n)
      .add("r", file.cost.r)
      .add("p", file.cost.p)
      .add("salt", base64(file.salt));
  auto head = json::Value::object();
  head.add("v", 1)
      .add("kind", kind)
      .add("log_name", file.log_name)
      .add("spki", base64(file.spki))
      .add("kdf", std::move(kdf))
      .add("cipher", "AES-256-GCM")
      .add("iv", base64(file.iv));
  return head;
}

std::string covered(const DeviceKeyFile& file) {
  return json::canonical(head_of(file));
}

std::string binary(const json::Value& object, std::string_view name) {
  return from_base64(object.find_string(name).value_or("")).value_or("");
}

std::uint64_t count(const json::Value& object, std::string_view name) {
  const auto number = object.find_integer(name);
  return number && *number > 0 ? static_cast<std::uint64_t>(*number) : 0;
}

// A log name may hold anything; a file name here holds only this.
std::string file_name_part(std::string_view text) {
  std::string part;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.';
    part += plain ? c : '_';
  }
  return part;
}

std::expected<void, IoError> make_parents(const std::filesystem::path& folder) {
  if (folder.empty() || std::filesystem::is_directory(folder)) return {};
  if (auto made = make_parents(folder.parent_path()); !made) return made;
  return make_directory(folder.string(), 0700);
}

}  // namespace

std::string DeviceKeyFile::bytes() const {
  json::Value file = head_of(*this);
  file.add("ct", base64(sealed));
  return json::canonical(file) + "\n";
}

std::optional<DeviceKeyFile> DeviceKeyFile::parse(std::string_view bytes) {
  const auto document = json::parse(std::string(bytes));
  if (!document || !document->root.is_object()) return std::nullopt;
  const json::Value& root = document->root;
  const json::Value* kdf = root.find("kdf");
  if (kdf == nullptr || !kdf->is_object()) return std::nullopt;
  DeviceKeyFile file;
  file.log_name = root.find_string("log_name").value_or("");
  file.spki = binary(root, "spki");
  file.cost = {.n = count(*kdf, "n"), .r = count(*kdf, "r"), .p = count(*kdf, "p")};
  file.salt = binary(*kdf, "salt");
  file.iv = binary(root, "iv");
  file.sealed = binary(root, "ct");
  const bool fits = !file.log_name.empty() && crypto::P256PublicKey::from_spki(file.spki) &&
                    crypto::affordable(file.cost) && file.salt.size() == salt_bytes &&
                    file.iv.size() == crypto::aead_iv_bytes;
  if (!fits || file.bytes() != bytes) return std::nullopt;
  return file;
}

DeviceKeyFile seal_device_key(const crypto::P256Key& key, std::string_view log_name,
                              std::string_view passphrase, Entropy& entropy,
                              const crypto::ScryptCost& cost) {
  DeviceKeyFile file{.log_name = std::string(log_name),
                     .spki = key.spki(),
                     .cost = cost,
                     .salt = entropy.bytes(salt_bytes),
                     .iv = entropy.bytes(crypto::aead_iv_bytes),
                     .sealed = {}};
  const Secret under = crypto::scrypt(passphrase, file.salt, file.cost);
  file.sealed =
      crypto::aes_256_gcm_seal(under.reveal(), file.iv, key.pkcs8().reveal(), covered(file));
  return file;
}

std::optional<crypto::P256Key> open_device_key(const DeviceKeyFile& file,
                                               std::string_view passphrase) {
  const Secret under = crypto::scrypt(passphrase, file.salt, file.cost);
  auto opened = crypto::aes_256_gcm_open(under.reveal(), file.iv, file.sealed, covered(file));
  if (!opened) return std::nullopt;
  const Secret pkcs8(*std::move(opened));
  auto key = crypto::P256Key::from_pkcs8(pkcs8.reveal());
  if (!key || key->spki() != file.spki) return std::nullopt;
  return key;
}

bool long_enough(std::string_view passphrase) {
  std::size_t characters = 0;
  while (!passphrase.empty()) {
    const auto point = first_code_point(passphrase);
    passphrase.remove_prefix(point ? point->bytes : 1);
    ++characters;
  }
  return characters >= passphrase_min;
}

std::optional<std::string> default_key_path(std::string_view log_name, std::string_view member) {
  std::string folder;
  // The XDG specification has relative paths ignored.
  if (const char* xdg = std::getenv("XDG_CONFIG_HOME"); xdg != nullptr && *xdg == '/') {
    folder = xdg;
  } else if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') {
    folder = std::string(home) + "/.config";
  } else {
    return std::nullopt;
  }
  std::string name = "device-" + file_name_part(log_name);
  if (!member.empty()) name += "-" + file_name_part(member);
  return folder + "/letsping/" + name + ".json";
}

std::expected<DeviceKeyFile, std::string> read_key_file(const std::string& path) {
  const auto bytes = read_secret_file(path, file_bytes_max);
  if (!bytes) return std::unexpected(to_string(bytes.error()));
  auto file = DeviceKeyFile::parse(bytes->reveal());
  if (!file) return std::unexpected(fmt::format("{} is not a device key file.", path));
  return *std::move(file);
}

std::expected<void, std::string> make_folder_of(const std::string& path) {
  if (auto made = make_parents(std::filesystem::path(path).parent_path()); !made) {
    return std::unexpected(to_string(made.error()));
  }
  return {};
}

std::expected<void, std::string> create_key_file(const std::string& path,
                                                 const DeviceKeyFile& file) {
  if (auto made = make_folder_of(path); !made) return made;
  if (auto written = create_file_durably(path, file.bytes(), 0600); !written) {
    return std::unexpected(to_string(written.error()));
  }
  return {};
}

}  // namespace lp::cli
