// How much of a text stands for itself in a JSON string: ASCII but for controls, `"` and `\\`.
//
// Payloads are kilobytes of base64, so this looks at eight bytes at a time.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace lp::json {

[[nodiscard]] constexpr bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

// The length of the longest plain beginning of `text`.
[[nodiscard]] inline std::size_t plain_length(std::string_view text) {
  constexpr std::uint64_t ones = 0x0101'0101'0101'0101, tops = 0x80 * ones;
  const auto has_zero = [](std::uint64_t word) { return (word - ones) & ~word; };
  std::size_t at = 0;
  for (; text.size() - at >= sizeof(std::uint64_t); at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof word);
    // Each term has the top bit of a byte set where that byte is special, and maybe also above
    // such a byte; never when none is.
    const std::uint64_t special = word | (word - 0x20 * ones) | has_zero(word ^ ('"' * ones)) |
                                  has_zero(word ^ ('\\' * ones));
    if ((special & tops) != 0) break;
  }
  while (at < text.size() && is_plain(text[at])) ++at;
  return at;
}

}  // namespace lp::json
