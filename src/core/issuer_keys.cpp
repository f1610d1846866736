#include "core/issuer_keys.h"

#include <dirent.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "base/file.h"
#include "crypto/hash.h"
#include "evidence/roster.h"

namespace lp::core {
namespace {

constexpr std::size_t secret_bytes = 32;
constexpr std::size_t log_digits = 32;  // of an origin's last part
constexpr std::size_t key_digits = 16;  // of the key's id
constexpr std::string_view prefix = "issuer-";
constexpr std::string_view suffix = ".key";

crypto::P256Key key_of(const Secret& secret) {
  return crypto::P256Key::from_uniform(crypto::hkdf_sha256(secret.reveal(), {}, "lp-issuer/2", 48));
}

// "issuer-<log>-": what the files of one log have in common.
std::string files_of(std::string_view origin) {
  return fmt::format("{}{}-", prefix, origin.substr(origin.rfind('/') + 1));
}

std::string file_name(std::string_view origin, std::string_view spki) {
  return files_of(origin) + evidence::key_id(spki).substr(0, key_digits) + std::string(suffix);
}

bool is_key_file(std::string_view name) {
  return name.starts_with(prefix) && name.ends_with(suffix) &&
         name.size() == prefix.size() + log_digits + 1 + key_digits + suffix.size();
}

std::expected<std::vector<std::string>, std::string> files_in(const std::string& directory) {
  DIR* handle = opendir(directory.c_str());
  if (handle == nullptr) return std::unexpected(directory + " cannot be read.");
  std::vector<std::string> names;
  while (const dirent* item = readdir(handle)) {
    if (is_key_file(item->d_name)) names.emplace_back(item->d_name);
  }
  closedir(handle);
  return names;
}

}  // namespace

std::expected<void, std::string> IssuerKeys::read(const std::string& directory) {
  directory_ = directory;
  const auto names = files_in(directory);
  if (!names) return std::unexpected(names.error());
  const std::lock_guard lock(mutex_);
  for (const std::string& name : *names) {
    const std::string path = directory + "/" + name;
    auto secret = read_secret_file(path, secret_bytes + 1);
    // A server that runs beside us has just removed one that nobody signed for.
    if (!secret && secret.error().errno_value == ENOENT) continue;
    if (!secret) return std::unexpected(to_string(secret.error()));
    if (secret->reveal().size() != secret_bytes) {
      return std::unexpected(fmt::format("{}: not a secret of {} bytes", path, secret_bytes));
    }
    std::string spki = key_of(*secret).spki();
    const std::string id = evidence::key_id(spki).substr(0, key_digits);
    if (!std::string_view(name).ends_with(id + std::string(suffix))) {
      return std::unexpected(path + ": not the key that its name says");
    }
    keys_.insert_or_assign(std::move(spki), Kept{.file = name, .secret = *std::move(secret)});
  }
  return {};
}

std::optional<std::string> IssuerKeys::make(std::string_view origin, Entropy& entropy) {
  Secret secret(entropy.bytes(secret_bytes));
  std::string spki = key_of(secret).spki();
  const std::string file = file_name(origin, spki);
  if (!create_file_durably(directory_ + "/" + file, secret.reveal(), 0400)) return std::nullopt;
  const std::lock_guard lock(mutex_);
  keys_.insert_or_assign(spki, Kept{.file = file, .secret = std::move(secret)});
  return spki;
}

std::optional<crypto::P256Key> IssuerKeys::find(std::string_view spki) const {
  const std::lock_guard lock(mutex_);
  const auto found = keys_.find(spki);
  if (found == keys_.end()) return std::nullopt;
  return key_of(found->second.secret);
}

bool IssuerKeys::keep_only(std::string_view origin, const std::set<std::string>& spkis) {
  const std::string files = files_of(origin);
  bool removed = false;
  // Let go before the flush, for which no thread that signs shall wait.
  std::unique_lock lock(mutex_);
  for (auto one = keys_.begin(); one != keys_.end();) {
    if (!one->second.file.starts_with(files) || spkis.contains(one->first)) {
      ++one;
      continue;
    }
    const std::string path = directory_ + "/" + one->second.file;
    if (unlink(path.c_str()) != 0 && errno != ENOENT) return false;
    one = keys_.erase(one);
    removed = true;
  }
  lock.unlock();
  return !removed || sync_directory(directory_).has_value();
}

}  // namespace lp::core
