#include "identity/api_key.h"

#include <algorithm>
#include <array>

#include "base/crc32.h"
#include "base/text.h"
#include "crypto/hash.h"

namespace lp::identity {
namespace {

constexpr std::array<std::string_view, 4> role_names{"agent", "executor", "auditor", "admin"};
static_assert(role_names.size() == static_cast<std::size_t>(KeyRole::admin) + 1);

constexpr std::string_view prefix = "lp_";
constexpr std::size_t name_characters = 10;
constexpr std::size_t secret_bytes = 32;
constexpr std::size_t secret_characters = 52;
constexpr std::size_t check_characters = 8;

std::string check_of(std::string_view text) {
  const std::uint32_t crc = crc32(text);
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(crc >> shift & 0xff);
  return hex(bytes);
}

// 50 random bits: the last ten of the twelve characters of seven bytes.
std::string new_name(Entropy& entropy) {
  const std::string text = base32(entropy.bytes(7));
  return text.substr(text.size() - name_characters);
}

// Takes the part before the next underscore off `rest`.
std::string_view take_part(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('_'), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

}  // namespace

std::string_view to_string(KeyRole role) {
  return role_names[static_cast<std::size_t>(role)];
}

std::optional<KeyRole> key_role(std::string_view name) {
  const auto found = std::find(role_names.begin(), role_names.end(), name);
  if (found == role_names.end()) return std::nullopt;
  return static_cast<KeyRole>(found - role_names.begin());
}

std::string new_api_key(KeyRole role, Entropy& entropy) {
  std::string key(prefix);
  key += to_string(role);
  key += '_';
  key += new_name(entropy);
  key += '_';
  key += base32(entropy.bytes(secret_bytes));
  const std::string check = check_of(key);
  key += '_';
  key += check;
  return key;
}

std::optional<KeyRole> api_key_role(std::string_view key) {
  if (!key.starts_with(prefix)) return std::nullopt;
  std::string_view rest = key.substr(prefix.size());
  const std::optional<KeyRole> role = key_role(take_part(rest));
  const std::string_view name = take_part(rest);
  const std::string_view secret = take_part(rest);
  if (!role || name.size() != name_characters || secret.size() != secret_characters) {
    return std::nullopt;
  }
  if (!from_base32("00" + std::string(name)) || !from_base32(secret)) return std::nullopt;
  if (rest.size() != check_characters) return std::nullopt;
  if (rest != check_of(key.substr(0, key.size() - check_characters - 1))) return std::nullopt;
  return role;
}

bool well_formed(std::string_view key) {
  return api_key_role(key).has_value();
}

Digest api_key_digest(std::string_view key) {
  return crypto::sha256(key);
}

}  // namespace lp::identity
