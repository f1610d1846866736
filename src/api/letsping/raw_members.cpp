#include "api/letsping/raw_members.h"

#include <cstddef>

namespace lp::api {

namespace {

constexpr std::string_view whitespace = " \t\r\n";

void skip_whitespace(std::string_view text, std::size_t& at) {
  at = text.find_first_not_of(whitespace, at);
  if (at == std::string_view::npos) at = text.size();
}

// The string literal at `at`, quotes included; empty if there is none.
std::string_view take_string(std::string_view text, std::size_t& at) {
  const std::size_t begin = at;
  if (at >= text.size() || text[at] != '"') return {};
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      ++at;
      return text.substr(begin, at - begin);
    }
  }
  return {};
}

// The value at `at`: up to the comma or bracket that ends it.
std::string_view take_value(std::string_view text, std::size_t& at) {
  const std::size_t begin = at;
  std::size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      if (take_string(text, at).empty()) return {};
      continue;
    }
    if (depth == 0 && (c == ',' || c == '}' || c == ']')) break;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    ++at;
  }
  const std::string_view value = text.substr(begin, at - begin);
  const std::size_t last = value.find_last_not_of(whitespace);
  return last == std::string_view::npos ? std::string_view{} : value.substr(0, last + 1);
}

}  // namespace

std::optional<std::string_view> raw_member(std::string_view body, std::string_view name) {
  std::size_t at = 0;
  skip_whitespace(body, at);
  if (at >= body.size() || body[at] != '{') return std::nullopt;
  ++at;
  while (true) {
    skip_whitespace(body, at);
    const std::string_view key = take_string(body, at);
    if (key.empty()) return std::nullopt;
    skip_whitespace(body, at);
    if (at >= body.size() || body[at] != ':') return std::nullopt;
    ++at;
    skip_whitespace(body, at);
    const std::string_view value = take_value(body, at);
    if (value.empty()) return std::nullopt;
    if (key.substr(1, key.size() - 2) == name) return value;
    if (at >= body.size() || body[at] != ',') return std::nullopt;
    ++at;
  }
}

}  // namespace lp::api
