#include "json/raw.h"

#include <cstddef>
#include <optional>

#include "base/text.h"
#include "json/code_point.h"

namespace lp::json {
namespace {

// Where the string whose opening quote stands at `open` ends: behind its closing quote, or at the
// end of the text if it has none.
std::size_t string_end(std::string_view source, std::size_t open) {
  std::size_t at = open + 1;
  while (at < source.size() && source[at] != '"') at += source[at] == '\\' ? 2 : 1;
  return at < source.size() ? at + 1 : source.size();
}

void append_code_point(std::string& out, char32_t c, StringForm form) {
  const bool lone_surrogate = is_high_surrogate(c) || is_low_surrogate(c);
  if (c < 0x20 || c == '"' || c == '\\') {
    append_escape(out, static_cast<char>(c));
  } else if (c <= 0x7E) {
    out += static_cast<char>(c);
  } else if (lone_surrogate) {
    append_unicode_escape(out, c);
  } else if (form == StringForm::javascript) {
    append_utf8(out, c);
  } else if (c < 0x10000) {
    append_unicode_escape(out, c);
  } else {
    append_unicode_escape(out, 0xD800 + ((c - 0x10000) >> 10));
    append_unicode_escape(out, 0xDC00 + ((c - 0x10000) & 0x3FF));
  }
}

// The code point (or lone surrogate) that the escape at `at` stands for; nothing if it is none.
std::optional<char32_t> read_escape(std::string_view body, std::size_t& at) {
  if (at + 1 >= body.size()) return std::nullopt;
  if (const auto meaning = unescape(body[at + 1])) {
    at += 2;
    return static_cast<unsigned char>(*meaning);
  }
  const auto unit = body[at + 1] == 'u' ? read_hex4(body, at + 2) : std::nullopt;
  if (!unit) return std::nullopt;
  at += 6;
  if (!is_high_surrogate(*unit) || body.substr(at, 2) != "\\u") return unit;
  const auto low = read_hex4(body, at + 2);
  if (!low || !is_low_surrogate(*low)) return unit;
  at += 6;
  return join_surrogates(*unit, *low);
}

void append_restrung(std::string& out, std::string_view body, StringForm form) {
  std::size_t at = 0;
  while (at < body.size()) {
    if (body[at] == '\\') {
      if (const auto c = read_escape(body, at)) {
        append_code_point(out, *c, form);
        continue;
      }
    } else if (const auto point = first_code_point(body.substr(at))) {
      append_code_point(out, point->value, form);
      at += point->bytes;
      continue;
    }
    out += body[at];
    ++at;
  }
}

}  // namespace

std::string strip_whitespace(std::string_view source) {
  static constexpr std::string_view spaces = " \t\n\r";
  std::string out;
  out.reserve(source.size());
  std::size_t at = 0;
  while (at < source.size()) {
    if (source[at] == '"') {
      const std::size_t end = string_end(source, at);
      out.append(source, at, end - at);
      at = end;
    } else {
      if (spaces.find(source[at]) == std::string_view::npos) out += source[at];
      ++at;
    }
  }
  return out;
}

std::string restring(std::string_view source, StringForm form) {
  std::string out;
  out.reserve(source.size());
  std::size_t at = 0;
  while (at < source.size()) {
    if (source[at] != '"') {
      out += source[at];
      ++at;
      continue;
    }
    const std::size_t end = string_end(source, at);
    std::string_view body = source.substr(at + 1, end - at - 1);
    const bool closed = body.ends_with('"');
    if (closed) body.remove_suffix(1);
    out += '"';
    append_restrung(out, body, form);
    if (closed) out += '"';
    at = end;
  }
  return out;
}

}  // namespace lp::json
