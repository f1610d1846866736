#include "json/code_point.h"

namespace lp::json {
namespace {

constexpr std::string_view escape_letters = "\"\\bfnrt/";
constexpr std::string_view escape_meanings = "\"\\\b\f\n\r\t/";

}  // namespace

void append_utf8(std::string& out, char32_t code_point) {
  const auto continuation = [&](unsigned shift) {
    out += static_cast<char>(0x80U | ((code_point >> shift) & 0x3FU));
  };
  if (code_point < 0x80) {
    out += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    out += static_cast<char>(0xC0U | (code_point >> 6));
    continuation(0);
  } else if (code_point < 0x10000) {
    out += static_cast<char>(0xE0U | (code_point >> 12));
    continuation(6);
    continuation(0);
  } else {
    out += static_cast<char>(0xF0U | (code_point >> 18));
    continuation(12);
    continuation(6);
    continuation(0);
  }
}

std::optional<char32_t> read_hex4(std::string_view text, std::size_t at) {
  if (at > text.size() || text.size() - at < 4) return std::nullopt;
  char32_t value = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const char c = text[i];
    if (c >= '0' && c <= '9') {
      value = value * 16 + static_cast<char32_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      value = value * 16 + static_cast<char32_t>(c - 'a' + 10);
    } else if (c >= 'A' && c <= 'F') {
      value = value * 16 + static_cast<char32_t>(c - 'A' + 10);
    } else {
      return std::nullopt;
    }
  }
  return value;
}

std::optional<char> unescape(char letter) {
  const std::size_t at = escape_letters.find(letter);
  if (at == std::string_view::npos) return std::nullopt;
  return escape_meanings[at];
}

void append_escape(std::string& out, char c) {
  const std::size_t at = escape_meanings.find(c);
  if (at == std::string_view::npos) {
    append_unicode_escape(out, static_cast<unsigned char>(c));
  } else {
    out += '\\';
    out += escape_letters[at];
  }
}

void append_unicode_escape(std::string& out, char32_t code_unit) {
  static constexpr std::string_view digits = "0123456789abcdef";
  out += "\\u";
  for (const unsigned shift : {12U, 8U, 4U, 0U}) out += digits[(code_unit >> shift) & 0xFU];
}

}  // namespace lp::json
