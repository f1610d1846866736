#include "base/text.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace lp {
namespace {

constexpr std::uint8_t no_digit = 0xff;

using DigitTable = std::array<std::uint8_t, 256>;

constexpr DigitTable digits_of(std::string_view alphabet) {
  DigitTable table{};
  table.fill(no_digit);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}

constexpr std::string_view hex_alphabet = "0123456789abcdef";
constexpr std::string_view base32_alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view base64url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr DigitTable hex_digits = digits_of(hex_alphabet);
constexpr DigitTable base32_digits = digits_of(base32_alphabet);
constexpr DigitTable base64_digits = digits_of(base64_alphabet);
constexpr DigitTable base64url_digits = digits_of(base64url_alphabet);

constexpr std::uint32_t byte_at(std::string_view bytes, std::size_t i) {
  return static_cast<unsigned char>(bytes[i]);
}

// Six bits a character, most significant first, without padding.
std::string encode_64(std::string_view bytes, std::string_view alphabet) {
  const std::size_t rest = bytes.size() % 3;
  const std::size_t whole = bytes.size() - rest;
  std::string text(whole / 3 * 4 + (rest == 0 ? 0 : rest + 1), '\0');
  char* out = text.data();
  for (std::size_t i = 0; i < whole; i += 3) {
    const std::uint32_t group =
        byte_at(bytes, i) << 16 | byte_at(bytes, i + 1) << 8 | byte_at(bytes, i + 2);
    *out++ = alphabet[group >> 18];
    *out++ = alphabet[group >> 12 & 63];
    *out++ = alphabet[group >> 6 & 63];
    *out++ = alphabet[group & 63];
  }
  if (rest == 0) return text;
  const std::uint32_t group =
      byte_at(bytes, whole) << 16 | (rest == 2 ? byte_at(bytes, whole + 1) << 8 : 0);
  *out++ = alphabet[group >> 18];
  *out++ = alphabet[group >> 12 & 63];
  if (rest == 2) *out++ = alphabet[group >> 6 & 63];
  return text;
}

// The inverse; refuses a lone last character and bits behind the last byte that are not zero.
std::optional<std::string> decode_64(std::string_view text, const DigitTable& digits) {
  const std::size_t rest = text.size() % 4;
  if (rest == 1) return std::nullopt;
  const std::size_t whole = text.size() - rest;
  std::string bytes(whole / 4 * 3 + (rest == 0 ? 0 : rest - 1), '\0');
  char* out = bytes.data();
  const auto digit = [&](std::size_t i) -> std::uint32_t { return digits[byte_at(text, i)]; };
  std::uint32_t seen = 0;  // a character that is no digit leaves its high bit here
  for (std::size_t i = 0; i < whole; i += 4) {
    const std::uint32_t a = digit(i), b = digit(i + 1), c = digit(i + 2), d = digit(i + 3);
    seen |= a | b | c | d;
    const std::uint32_t group = a << 18 | b << 12 | c << 6 | d;
    *out++ = static_cast<char>(group >> 16 & 0xff);
    *out++ = static_cast<char>(group >> 8 & 0xff);
    *out++ = static_cast<char>(group & 0xff);
  }
  if (rest != 0) {
    const std::uint32_t a = digit(whole), b = digit(whole + 1);
    const std::uint32_t c = rest == 3 ? digit(whole + 2) : 0;
    seen |= a | b | c;
    const std::uint32_t group = a << 18 | b << 12 | c << 6;
    if ((group & (rest == 3 ? 0xffu : 0xffffu)) != 0) return std::nullopt;
    *out++ = static_cast<char>(group >> 16 & 0xff);
    if (rest == 3) *out++ = static_cast<char>(group >> 8 & 0xff);
  }
  if ((seen & 0x80) != 0) return std::nullopt;
  return bytes;
}

}  // namespace

std::string hex(std::string_view bytes) {
  std::string text(bytes.size() * 2, '\0');
  char* out = text.data();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    *out++ = hex_alphabet[byte_at(bytes, i) >> 4];
    *out++ = hex_alphabet[byte_at(bytes, i) & 15];
  }
  return text;
}

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes(text.size() / 2, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::uint32_t high = hex_digits[byte_at(text, 2 * i)];
    const std::uint32_t low = hex_digits[byte_at(text, 2 * i + 1)];
    if ((high | low) > 15) return std::nullopt;
    bytes[i] = static_cast<char>(high << 4 | low);
  }
  return bytes;
}

std::string base64(std::string_view bytes) {
  std::string text = encode_64(bytes, base64_alphabet);
  while (text.size() % 4 != 0) text += '=';
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  // At most two; a third '=' is no digit and refused as such.
  if (text.ends_with("==")) {
    text.remove_suffix(2);
  } else if (text.ends_with('=')) {
    text.remove_suffix(1);
  }
  return decode_64(text, base64_digits);
}

std::string base64url(std::string_view bytes) {
  return encode_64(bytes, base64url_alphabet);
}

std::optional<std::string> from_base64url(std::string_view text) {
  return decode_64(text, base64url_digits);
}

std::string base32(std::string_view bytes) {
  const std::size_t length = (bytes.size() * 8 + 4) / 5;
  std::string text;
  text.reserve(length);
  std::uint32_t pending = 0;
  auto pending_bits = static_cast<int>(length * 5 - bytes.size() * 8);  // the zero bits in front
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    pending = (pending << 8 | byte_at(bytes, i)) & 0xfff;
    pending_bits += 8;
    while (pending_bits >= 5) {
      pending_bits -= 5;
      text += base32_alphabet[pending >> pending_bits & 31];
    }
  }
  return text;
}

std::optional<std::string> from_base32(std::string_view text) {
  const std::size_t byte_count = text.size() * 5 / 8;
  if ((byte_count * 8 + 4) / 5 != text.size()) return std::nullopt;
  std::string bytes;
  bytes.reserve(byte_count);
  std::uint32_t pending = 0;
  int pending_bits = -static_cast<int>(text.size() * 5 - byte_count * 8);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::uint32_t digit = base32_digits[byte_at(text, i)];
    if (digit == no_digit) return std::nullopt;
    // The bits in front of the first byte must be zero, or two texts would decode alike.
    if (i == 0 && digit >> (5 + pending_bits) != 0) return std::nullopt;
    pending = (pending << 5 | digit) & 0xfff;
    pending_bits += 5;
    if (pending_bits >= 8) {
      pending_bits -= 8;
      bytes += static_cast<char>(pending >> pending_bits & 0xff);
    }
  }
  return bytes;
}

std::optional<CodePoint> first_code_point(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const std::uint32_t lead = byte_at(text, 0);
  if (lead < 0x80) return CodePoint{lead, 1};
  if (lead < 0xc2 || lead > 0xf4) return std::nullopt;  // continuation, overlong, beyond U+10FFFF
  const std::size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (text.size() < length) return std::nullopt;
  std::uint32_t value = lead & (0x7fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte_at(text, i) & 0xc0) != 0x80) return std::nullopt;
    value = value << 6 | (byte_at(text, i) & 0x3f);
  }
  if (length == 3 && (value < 0x800 || (value >= 0xd800 && value <= 0xdfff))) return std::nullopt;
  if (length == 4 && (value < 0x10000 || value > 0x10ffff)) return std::nullopt;
  return CodePoint{value, length};
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    // Eight ASCII bytes at a time: nearly all text that arrives is ASCII.
    std::uint64_t word = 0;
    if (text.size() >= sizeof word) {
      std::memcpy(&word, text.data(), sizeof word);
      if ((word & 0x8080808080808080u) == 0) {
        text.remove_prefix(sizeof word);
        continue;
      }
    }
    const auto point = first_code_point(text);
    if (!point) return false;
    text.remove_prefix(point->bytes);
  }
  return true;
}

}  // namespace lp
