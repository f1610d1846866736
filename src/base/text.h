// Binary-to-text encodings, all strict: what decodes has exactly one encoding.
//
// Base64 is RFC 4648 §4 with padding and zero trailing bits; base64url is §5 without padding; hex
// and base32 are lower case. Base32 is Crockford's alphabet (no i, l, o, u), because its order is
// the order of the bytes: time-ordered ids stay ordered as text.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace lp {

std::string hex(std::string_view bytes);
std::optional<std::string> from_hex(std::string_view text);  // lower case only

std::string base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);

std::string base64url(std::string_view bytes);
std::optional<std::string> from_base64url(std::string_view text);

// Big-endian bits, the first character padded with zero bits in front: 16 bytes give 26 characters.
std::string base32(std::string_view bytes);
std::optional<std::string> from_base32(std::string_view text);  // refuses overflowing first bits

struct CodePoint {
  char32_t value;
  std::size_t bytes;  // 1 to 4
};

// The first code point of `text`; nothing if it is empty or does not start with well-formed UTF-8
// (no surrogates, no overlong forms, at most U+10FFFF).
std::optional<CodePoint> first_code_point(std::string_view text);

// Whether all of `text` is well-formed UTF-8 in the same sense.
bool is_utf8(std::string_view text);

}  // namespace lp
