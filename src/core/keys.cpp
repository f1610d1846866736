#include "core/keys.h"

#include <dirent.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>

#include "base/assert.h"
#include "base/file.h"
#include "base/text.h"
#include "core/row_seal.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "json/value.h"
#include "json/write.h"

namespace lp::core {
namespace {

constexpr std::size_t month_bytes = 7;  // "2026-11"
constexpr std::string_view wrap_prefix = "wrap-";
constexpr std::string_view sealed_mark = "/directory.sealed";
constexpr std::size_t purposes_max = 64;
constexpr const char* log_key_file = "/log.key";

std::string month_of(Instant now) {
  return to_string(now).substr(0, month_bytes);
}

std::vector<std::string> months_in(const std::string& directory) {
  std::vector<std::string> months;
  DIR* handle = opendir(directory.c_str());
  if (handle == nullptr) return months;
  while (const dirent* item = readdir(handle)) {
    const std::string_view name = item->d_name;
    if (name.starts_with(wrap_prefix) && name.size() == wrap_prefix.size() + month_bytes) {
      months.emplace_back(name.substr(wrap_prefix.size()));
    }
  }
  closedir(handle);
  return months;
}

}  // namespace

std::expected<std::unique_ptr<Keys>, std::string> Keys::open(const std::string& directory,
                                                             bool create, Entropy& entropy,
                                                             LogKeys log_keys) {
  if (create) {
    if (const auto made = make_directory(directory, 0700); !made) {
      return std::unexpected(to_string(made.error()));
    }
  }
  std::unique_ptr<Keys> keys(new Keys);
  keys->directory_ = directory;
  if (log_keys == LogKeys::here) {
    auto secret = LogSecret::open(directory + log_key_file, create, entropy);
    if (!secret) return std::unexpected(secret.error());
    keys->log_secret_ = *std::move(secret);
  } else if (access((directory + log_key_file).c_str(), F_OK) == 0) {
    return std::unexpected(fmt::format(
        "{}{} is here, but another process signs: give it that file (docs/operations/signer.md).",
        directory, log_key_file));
  }
  const std::pair<const char*, Secret*> files[] = {{"issuer.key", &keys->issuer_secret_},
                                                   {"row.key", &keys->row_key_},
                                                   {"server.key", &keys->server_secret_}};
  for (const auto& [name, slot] : files) {
    auto secret = secret_file(directory + "/" + name, create, entropy);
    if (!secret) return std::unexpected(secret.error());
    *slot = *std::move(secret);
  }
  if (auto read = keys->later_issuers_.read(directory); !read) return std::unexpected(read.error());
  for (const auto& month : months_in(directory)) {
    auto secret =
        secret_file(fmt::format("{}/{}{}", directory, wrap_prefix, month), false, entropy);
    if (!secret) return std::unexpected(secret.error());
    keys->wrap_keys_.emplace(month, *std::move(secret));
  }
  return keys;
}

LogSecret& Keys::log_secret() {
  LP_ASSERT(log_secret_.has_value());
  return *log_secret_;
}

crypto::P256Key Keys::issuer_key(std::string_view origin) const {
  return crypto::P256Key::from_uniform(
      crypto::hkdf_sha256(issuer_secret_.reveal(), {}, key_info("lp-issuer/1", origin), 48));
}

std::optional<crypto::P256Key> Keys::issuer_key(std::string_view origin,
                                                std::string_view spki) const {
  auto first = issuer_key(origin);
  if (first.spki() == spki) return first;
  return later_issuers_.find(spki);
}

std::optional<std::string> Keys::wrap(std::string_view dek, Instant now, Entropy& entropy) {
  const std::string month = month_of(now);
  const std::lock_guard lock(wrap_mutex_);
  auto found = wrap_keys_.find(month);
  if (found == wrap_keys_.end()) {
    auto fresh = secret_file(fmt::format("{}/{}{}", directory_, wrap_prefix, month), true, entropy);
    if (!fresh) return std::nullopt;
    found = wrap_keys_.emplace(month, *std::move(fresh)).first;
  }
  const std::string iv = entropy.bytes(crypto::aead_iv_bytes);
  return month + iv + crypto::aes_256_gcm_seal(found->second.reveal(), iv, dek, month);
}

std::optional<Secret> Keys::unwrap(std::string_view wrapped) const {
  if (wrapped.size() < month_bytes + crypto::aead_iv_bytes) return std::nullopt;
  const std::string month(wrapped.substr(0, month_bytes));
  const std::lock_guard lock(wrap_mutex_);
  const auto found = wrap_keys_.find(month);
  if (found == wrap_keys_.end()) return std::nullopt;
  auto dek = crypto::aes_256_gcm_open(found->second.reveal(),
                                      wrapped.substr(month_bytes, crypto::aead_iv_bytes),
                                      wrapped.substr(month_bytes + crypto::aead_iv_bytes), month);
  if (!dek) return std::nullopt;
  return Secret(*std::move(dek));
}

std::optional<Instant> Keys::month_end(std::string_view wrapped) {
  // Some day of the next month, and its first.
  const auto first =
      parse_instant(std::string(wrapped.substr(0, month_bytes)) + "-01T00:00:00.000Z");
  if (!first) return std::nullopt;
  constexpr std::int64_t day_ms = 86'400'000;
  return parse_instant(month_of(*first + 31 * day_ms) + "-01T00:00:00.000Z");
}

std::string_view Keys::wrap_month(std::string_view wrapped) {
  return wrapped.substr(0, month_bytes);
}

std::vector<std::string> Keys::wrap_months() const {
  const std::lock_guard lock(wrap_mutex_);
  std::vector<std::string> months;
  for (const auto& [month, key] : wrap_keys_) months.push_back(month);
  return months;
}

bool Keys::destroy_wrap_key(const std::string& month) {
  const std::string path = fmt::format("{}/{}{}", directory_, wrap_prefix, month);
  const std::lock_guard lock(wrap_mutex_);
  // What the file system keeps of the old blocks is beyond reach from here (docs/security/limits).
  if (unlink(path.c_str()) != 0 && errno != ENOENT) return false;
  if (!sync_directory(directory_)) return false;
  wrap_keys_.erase(month);
  return true;
}

Secret Keys::purpose(std::string_view label) const {
  const std::lock_guard lock(purpose_mutex_);
  const auto found = purposes_.find(label);
  if (found != purposes_.end()) return found->second;
  Secret derived(crypto::hkdf_sha256(server_secret_.reveal(), {}, label));
  // Labels that name a project are many; those that do not come first.
  if (purposes_.size() < purposes_max) purposes_.emplace(label, derived);
  return derived;
}

Digest Keys::row_mac(const store::RequestState& row) const {
  return crypto::hmac_sha256(row_key_.reveal(), sealed_bytes(row));
}

Digest Keys::row_mac(const store::CosignedHead& row) const {
  return crypto::hmac_sha256(row_key_.reveal(), sealed_bytes(row));
}

Digest Keys::directory_mac(const Directory& directory) const {
  return crypto::hmac_sha256(row_key_.reveal(), sealed_bytes(directory));
}

bool Keys::directory_was_sealed() const {
  return access((directory_ + std::string(sealed_mark)).c_str(), F_OK) == 0;
}

bool Keys::note_directory_sealed() const {
  return directory_was_sealed() ||
         create_file_durably(directory_ + std::string(sealed_mark), "", 0400).has_value();
}

Digest Keys::row_mac(const store::Handoff& row) const {
  auto guarded = json::Value::object();
  guarded.add("delivery_id", row.id)
      .add("project", row.project)
      .add("request", row.request)
      .add("upstream", row.upstream)
      .add("upstream_key", row.upstream_key)
      .add("downstream", row.downstream)
      .add("created", std::to_string(row.created.ms))
      .add("created_index", row.created_index)
      .add("commitment", crypto::sha256(row.commitment_sealed).hex())
      .add("stream_seq", row.stream_seq)
      .add("leaf_index", row.leaf_index)
      .add("statement_sha256", row.statement_sha256.hex());
  return crypto::hmac_sha256(row_key_.reveal(), json::canonical(guarded));
}

namespace {
std::string field_context(std::string_view purpose, std::string_view request_id) {
  std::string context = "lp-field/1";
  context.push_back('\0');
  context.append(purpose);
  context.push_back('\0');
  context.append(request_id);
  return context;
}
}  // namespace

std::string seal_field(std::string_view dek, std::string_view purpose, std::string_view request_id,
                       std::string_view plaintext, Entropy& entropy) {
  const std::string iv = entropy.bytes(crypto::aead_iv_bytes);
  return iv + crypto::aes_256_gcm_seal(dek, iv, plaintext, field_context(purpose, request_id));
}

std::optional<std::string> open_field(std::string_view dek, std::string_view purpose,
                                      std::string_view request_id, std::string_view sealed) {
  if (sealed.size() < crypto::aead_iv_bytes) return std::nullopt;
  return crypto::aes_256_gcm_open(dek, sealed.substr(0, crypto::aead_iv_bytes),
                                  sealed.substr(crypto::aead_iv_bytes),
                                  field_context(purpose, request_id));
}

Secret callback_secret(const Keys& keys, std::string_view project) {
  return Secret("lp_whk_" +
                base64url(keys.purpose("lp-callback/1 " + std::string(project)).reveal()));
}

Secret graph_key(const Keys& keys, std::string_view project) {
  return keys.purpose("lp-graph/1:" + std::string(project));
}

Secret snapshot_key_of(const Secret& dek) {
  return Secret(crypto::hkdf_sha256(dek.reveal(), {}, "lp-snapshot/1"));
}

}  // namespace lp::core
