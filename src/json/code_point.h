// Code points into UTF-8 and in and out of JSON escapes, for the reader and the writers of this
// folder.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace lp::json {

// `code_point` is a scalar value: at most U+10FFFF and no surrogate.
void append_utf8(std::string& out, char32_t code_point);

// The value of the four hex digits at `at`; nothing if there are not four.
std::optional<char32_t> read_hex4(std::string_view text, std::size_t at);

// What a backslash and this letter stand for in JSON; nothing for `u` and letters without meaning.
std::optional<char> unescape(char letter);

// The escape of a quote, a backslash or a control character: short where there is a short one.
void append_escape(std::string& out, char c);

// `\uxxxx` in lower case, of one UTF-16 code unit.
void append_unicode_escape(std::string& out, char32_t code_unit);

inline bool is_high_surrogate(char32_t unit) {
  return unit >= 0xD800 && unit <= 0xDBFF;
}
inline bool is_low_surrogate(char32_t unit) {
  return unit >= 0xDC00 && unit <= 0xDFFF;
}
inline char32_t join_surrogates(char32_t high, char32_t low) {
  return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

}  // namespace lp::json
