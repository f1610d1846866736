#include "base/id.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/assert.h"
#include "base/text.h"

namespace lp {
namespace {

constexpr std::size_t id_bytes = 16;
constexpr std::size_t time_bytes = 6;
constexpr std::size_t body_characters = 26;

}  // namespace

std::string new_id(std::string_view prefix, Instant now, Entropy& entropy) {
  LP_ASSERT(now.ms >= 0 && now.ms < std::int64_t{1} << (8 * time_bytes));
  std::string raw;
  raw.reserve(id_bytes);
  for (std::size_t i = time_bytes; i > 0; --i) {
    raw += static_cast<char>(now.ms >> (8 * (i - 1)) & 0xff);
  }
  raw += entropy.bytes(id_bytes - time_bytes);
  std::string id(prefix);
  id += '_';
  id += base32(raw);
  return id;
}

std::string first_id(std::string_view prefix, Instant from) {
  struct Zeroes final : Entropy {
    std::string bytes(std::size_t count) override { return std::string(count, '\0'); }
  } zeroes;
  return new_id(prefix, Instant{std::max<std::int64_t>(from.ms, 0)}, zeroes);
}

bool is_id(std::string_view prefix, std::string_view id) {
  if (id.size() != prefix.size() + 1 + body_characters) return false;
  if (!id.starts_with(prefix) || id[prefix.size()] != '_') return false;
  return from_base32(id.substr(prefix.size() + 1)).has_value();
}

std::string id_hex(std::string_view id) {
  const std::size_t separator = id.rfind('_');
  if (separator == std::string_view::npos || separator == 0) return {};
  const std::string_view body = id.substr(separator + 1);
  if (body.size() != body_characters) return {};
  const std::optional<std::string> raw = from_base32(body);
  return raw ? hex(*raw) : std::string{};
}

}  // namespace lp
