#include "core/pair_lines.h"

#include <algorithm>

namespace lp::core {

std::string to_text(const PairLines& pairs) {
  std::string text;
  for (const auto& [name, value] : pairs) text += name + " " + value + "\n";
  return text;
}

PairLines read_pair_lines(std::string_view text) {
  PairLines pairs;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t blank = line.find(' ');
    if (blank == std::string_view::npos) continue;
    pairs.emplace(line.substr(0, blank), line.substr(blank + 1));
  }
  return pairs;
}

}  // namespace lp::core
