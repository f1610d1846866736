#include "tlog/tile.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <limits>
#include <string>
#include <system_error>
#include <utility>

#include "base/assert.h"

namespace lp::tlog {
namespace {

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Canonical decimal: no sign, no leading zero.
std::optional<unsigned> parse_decimal(std::string_view text) {
  if (!all_digits(text) || text.empty() || text.size() > 3) return std::nullopt;
  if (text.front() == '0' && text.size() > 1) return std::nullopt;
  unsigned value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// "x001/234" → 1234. Every element but the last starts with x; the first is not x000, so that a
// number has one spelling.
std::optional<std::uint64_t> parse_number(std::string_view text) {
  if (text.starts_with("x000/")) return std::nullopt;
  std::string digits;
  for (;;) {
    const bool more = text.starts_with('x');
    if (more) text.remove_prefix(1);
    const std::string_view element = text.substr(0, 3);
    if (element.size() != 3 || !all_digits(element)) return std::nullopt;
    digits += element;
    text.remove_prefix(3);
    if (!more) break;
    if (!text.starts_with('/')) return std::nullopt;
    text.remove_prefix(1);
  }
  if (!text.empty()) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc()) return std::nullopt;
  return number;
}

std::string format_number(std::uint64_t number) {
  std::string digits = std::to_string(number);
  digits.insert(0, (3 - digits.size() % 3) % 3, '0');
  std::string text;
  for (std::size_t at = 0; at + 3 < digits.size(); at += 3)
    text += "x" + digits.substr(at, 3) + "/";
  return text + digits.substr(digits.size() - 3);
}

// Higher levels and numbers would cover leaves that no 64-bit tree size reaches.
constexpr unsigned level_max = 7;
std::uint64_t number_max(unsigned level) {
  return std::numeric_limits<std::uint64_t>::max() >> (tile_height * level) >> tile_height;
}

}  // namespace

std::optional<TileAddress> parse_tile_path(std::string_view path) {
  TileAddress address;
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view kind = path.substr(0, slash);
  path.remove_prefix(slash + 1);
  address.entries = kind == "entries";
  if (!address.entries) {
    const auto level = parse_decimal(kind);
    if (!level || *level > level_max) return std::nullopt;
    address.level = *level;
  }
  static constexpr std::string_view partial = ".p/";
  if (const std::size_t mark = path.find(partial); mark != std::string_view::npos) {
    const auto width = parse_decimal(path.substr(mark + partial.size()));
    if (!width || *width == 0 || *width >= tile_width) return std::nullopt;
    address.width = *width;
    path = path.substr(0, mark);
  }
  const auto number = parse_number(path);
  if (!number || *number > number_max(address.level)) return std::nullopt;
  address.number = *number;
  return address;
}

std::string tile_path(const TileAddress& address) {
  std::string path = "tile/";
  path += address.entries ? "entries" : std::to_string(address.level);
  path += "/" + format_number(address.number);
  if (address.width < tile_width) path += ".p/" + std::to_string(address.width);
  return path;
}

std::uint64_t tile_entries(const TileAddress& address, std::uint64_t size) {
  if (address.level > level_max || address.number > number_max(address.level)) return 0;
  const std::uint64_t hashes = size >> (tile_height * address.level);
  const std::uint64_t before = address.number * tile_width;
  return hashes <= before ? 0 : std::min(hashes - before, tile_width);
}

std::string bundle_entry(std::string_view leaf) {
  LP_ASSERT(leaf.size() <= std::numeric_limits<std::uint16_t>::max());
  std::string entry;
  entry += static_cast<char>(leaf.size() >> 8U);
  entry += static_cast<char>(leaf.size() & 0xFFU);
  entry += leaf;
  return entry;
}

HashReader reader_over_tiles(
    std::function<std::optional<Digest>(unsigned tile_level, std::uint64_t position)> read_tile,
    std::uint64_t size) {
  return [read_tile = std::move(read_tile), size](unsigned level,
                                                  std::uint64_t position) -> std::optional<Digest> {
    if (level >= 64 || position >= size >> level) return std::nullopt;
    const unsigned above = level % tile_height;
    CompactRange subtree;
    for (std::uint64_t i = position << above; i < (position + 1) << above; ++i) {
      const std::optional<Digest> hash = read_tile(level / tile_height, i);
      if (!hash) return std::nullopt;
      subtree.append(*hash);
    }
    return subtree.root();
  };
}

}  // namespace lp::tlog
