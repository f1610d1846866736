#include "tlog/lines.h"

#include <charconv>
#include <string>
#include <system_error>

#include "base/text.h"

namespace lp::tlog {

std::optional<std::string_view> take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

std::optional<std::uint64_t> read_decimal(std::string_view text) {
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

std::optional<std::uint64_t> read_named_decimal(std::string_view line, std::string_view name) {
  if (!line.starts_with(std::string(name) + ' ')) return std::nullopt;
  return read_decimal(line.substr(name.size() + 1));
}

std::optional<std::vector<Digest>> take_hashes(std::string_view& rest) {
  std::vector<Digest> hashes;
  for (;;) {
    const auto line = take_line(rest);
    if (!line) return std::nullopt;
    if (line->empty()) return hashes;
    const auto bytes = from_base64(*line);
    const auto hash = Digest::from_bytes(bytes.value_or(""));
    if (!hash || hashes.size() == path_hashes_max) return std::nullopt;
    hashes.push_back(*hash);
  }
}

}  // namespace lp::tlog
