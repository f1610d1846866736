#include "core/log_secret.h"

#include <dirent.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/assert.h"
#include "base/file.h"
#include "crypto/hash.h"

namespace lp::core {
namespace {

constexpr std::size_t secret_bytes = LogKeyFile::secret_bytes;
constexpr std::size_t file_bytes_max = 8u << 20;  // of more than ten thousand logs

using Key = LogKeyFile::Key;
using Log = LogKeyFile::Log;

// seed = HKDF-SHA-256(log secret, info "lp-log/1\0" ‖ origin ‖ epoch) (evidence.md 1).
Secret derived_seed(const LogKeyFile& file, std::string_view origin) {
  return Secret(crypto::hkdf_sha256(file.secret.reveal(), {}, key_info("lp-log/1", origin)));
}

Key derived_key(const LogKeyFile& file, std::string_view origin) {
  Key key{.from = 0, .vkey = {}, .seed = derived_seed(file, origin)};
  key.vkey = vkey_of(origin, crypto::Ed25519Key::from_seed(key.seed.reveal()));
  return key;
}

// Stands in the file by itself from now on.
Log& named(LogKeyFile& file, std::string_view origin) {
  const auto found = file.logs.find(origin);
  if (found != file.logs.end()) return found->second;
  Log log;
  log.keys.push_back(derived_key(file, origin));
  return file.logs.emplace(origin, std::move(log)).first->second;
}

const Log* find(const LogKeyFile& file, std::string_view origin) {
  const auto found = file.logs.find(origin);
  return found == file.logs.end() ? nullptr : &found->second;
}

// How many keys, from the first on, a tree of this size leaves nothing to sign.
std::size_t spent_keys(const Log& log, std::uint64_t size) {
  std::size_t count = 0;
  while (count + 1 < log.keys.size() && log.keys[count + 1].from <= size) ++count;
  return count;
}

bool any_left(const Log& log, std::size_t count) {
  const auto is_here = [](const Key& key) { return !key.seed.empty(); };
  return std::any_of(log.keys.begin(), log.keys.begin() + static_cast<std::ptrdiff_t>(count),
                     is_here);
}

// A crash while the file was replaced leaves what it was to be beside it (base/file.h), with keys
// that must not outlive it there.
bool remove_leftovers(const std::string& path) {
  const std::string directory = parent_directory(path);
  const std::string prefix = path.substr(path.rfind('/') + 1) + ".";
  constexpr std::size_t random_letters = 6;
  DIR* const handle = opendir(directory.c_str());
  if (handle == nullptr) return false;
  bool removed = true;
  while (const dirent* item = readdir(handle)) {
    const std::string name = item->d_name;
    if (!name.starts_with(prefix) || name.size() != prefix.size() + random_letters) continue;
    removed = unlink((directory + "/" + name).c_str()) == 0 && removed;
  }
  closedir(handle);
  return removed;
}

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
  text.append("1");  // epoch; keys that follow are not derived
  return text;
}

LogSecret::LogSecret(std::string path, LogKeyFile file)
    : path_(std::move(path)), file_(std::move(file)) {}

std::expected<LogSecret, std::string> LogSecret::open(const std::string& path, bool create,
                                                      Entropy& entropy) {
  auto found = read_secret_file(path, file_bytes_max);
  if (!found && found.error().errno_value == ENOENT && create) {
    found = Secret(entropy.bytes(secret_bytes));
    if (const auto written = create_file_durably(path, found->reveal(), 0400); !written) {
      return std::unexpected(to_string(written.error()));
    }
  }
  if (!found) return std::unexpected(to_string(found.error()));
  auto file = LogKeyFile::parse(found->reveal());
  if (!file) return std::unexpected(path + ": not a file of log keys");
  return LogSecret(path, *std::move(file));
}

LogKeyFile LogSecret::copy() const {
  const std::lock_guard lock(*mutex_);
  return file_;
}

// Nobody who only reads waits for the disk.
bool LogSecret::replace(LogKeyFile file) {
  const Secret bytes = file.bytes();
  if (bytes.reveal().size() >= file_bytes_max) return false;
  if (!write_file_durably(path_, bytes.reveal(), 0400)) return false;
  const std::lock_guard lock(*mutex_);
  file_ = std::move(file);
  return true;
}

evidence::LogKeyRanges LogSecret::ranges(std::string_view origin) const {
  const std::lock_guard lock(*mutex_);
  const Log* const log = find(file_, origin);
  if (log == nullptr) return {{.vkey = derived_key(file_, origin).vkey, .from = 0, .to = {}}};
  evidence::LogKeyRanges ranges;
  for (const Key& key : log->keys) {
    if (!ranges.empty()) ranges.back().to = key.from;
    ranges.push_back({.vkey = key.vkey, .from = key.from, .to = {}});
  }
  return ranges;
}

std::string LogSecret::next(std::string_view origin) const {
  const std::lock_guard lock(*mutex_);
  const Log* const log = find(file_, origin);
  if (log == nullptr || log->next.empty()) return {};
  return vkey_of(origin, crypto::Ed25519Key::from_seed(log->next.reveal()));
}

std::optional<crypto::Ed25519Key> LogSecret::key(std::string_view origin,
                                                 std::uint64_t size) const {
  const std::lock_guard lock(*mutex_);
  const Log* const log = find(file_, origin);
  if (log == nullptr) return crypto::Ed25519Key::from_seed(derived_seed(file_, origin).reveal());
  const Key& key = log->keys[spent_keys(*log, size)];
  if (key.seed.empty()) return std::nullopt;
  return crypto::Ed25519Key::from_seed(key.seed.reveal());
}

crypto::Ed25519Key LogSecret::key(std::string_view origin) const {
  auto newest = key(origin, UINT64_MAX);
  LP_ASSERT(newest.has_value());  // LogKeyFile::parse lets no other file by.
  return *std::move(newest);
}

std::optional<std::string> LogSecret::draft(std::string_view origin, Entropy& entropy) {
  LogKeyFile file = copy();
  Log& log = named(file, origin);
  log.next = Secret(entropy.bytes(secret_bytes));
  std::string vkey = vkey_of(origin, crypto::Ed25519Key::from_seed(log.next.reveal()));
  if (!replace(std::move(file))) return std::nullopt;
  return vkey;
}

bool LogSecret::hand_over(std::string_view origin, std::uint64_t from) {
  LogKeyFile file = copy();
  Log& log = named(file, origin);
  LP_ASSERT(!log.next.empty() && from > log.keys.back().from);
  Key key{.from = from, .vkey = {}, .seed = std::exchange(log.next, Secret())};
  key.vkey = vkey_of(origin, crypto::Ed25519Key::from_seed(key.seed.reveal()));
  log.keys.push_back(std::move(key));
  return replace(std::move(file));
}

std::vector<std::string> LogSecret::handing_over() const {
  const std::lock_guard lock(*mutex_);
  std::vector<std::string> origins;
  for (const auto& [origin, log] : file_.logs) {
    if (any_left(log, log.keys.size() - 1)) origins.push_back(origin);
  }
  return origins;
}

bool LogSecret::spent(std::string_view origin, std::uint64_t size) const {
  const std::lock_guard lock(*mutex_);
  const Log* const log = find(file_, origin);
  return log != nullptr && any_left(*log, spent_keys(*log, size));
}

bool LogSecret::destroy_spent(const std::map<std::string, std::uint64_t>& sizes, Entropy& entropy) {
  LogKeyFile file = copy();
  bool derived = false;  // one of those that go can be derived from the secret
  for (const auto& [origin, size] : sizes) {
    const auto found = file.logs.find(origin);
    if (found == file.logs.end()) continue;
    Log& log = found->second;
    for (std::size_t i = spent_keys(log, size); i-- > 0;) {
      if (log.keys[i].seed.empty()) continue;
      derived = derived || log.keys[i].vkey == derived_key(file, origin).vkey;
      log.keys[i].seed = Secret();
    }
  }
  if (derived) {
    for (const auto& [origin, size] : sizes) named(file, origin);
    file.secret = Secret(entropy.bytes(secret_bytes));
  }
  // What the file system keeps of the old blocks is beyond reach from here (docs/security/limits).
  return remove_leftovers(path_) && replace(std::move(file));
}

}  // namespace lp::core
