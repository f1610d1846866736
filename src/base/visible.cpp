#include "base/visible.h"

#include <cstddef>
#include <cstdint>

#include "base/text.h"

namespace lp {
namespace {

// Code points that do not show as themselves: C0 and C1, bidi and other format characters, line and
// paragraph separators, private use, tags and variation selectors.
bool hidden(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0xad || c == 0x61c || c == 0x180e ||
         (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
         (c >= 0x2060 && c <= 0x206f) || (c >= 0xfe00 && c <= 0xfe0f) || c == 0xfeff ||
         (c >= 0xfff0 && c <= 0xfffb) || (c >= 0xe000 && c <= 0xf8ff) || c >= 0xe0000;
}

// At least `digits` of them, upper case.
std::string hex_number(std::uint32_t value, std::size_t digits) {
  std::string text;
  while (value != 0 || text.size() < digits) {
    text.insert(text.begin(), "0123456789ABCDEF"[value % 16]);
    value /= 16;
  }
  return text;
}

}  // namespace

std::string visible(std::string_view utf8) {
  std::string text;
  while (!utf8.empty()) {
    const auto point = first_code_point(utf8);
    if (!point) {
      text += "⟨" + hex_number(static_cast<unsigned char>(utf8.front()), 2) + "⟩";
      utf8.remove_prefix(1);
      continue;
    }
    if (hidden(point->value)) {
      text += "⟨U+" + hex_number(static_cast<std::uint32_t>(point->value), 4) + "⟩";
    } else {
      text += utf8.substr(0, point->bytes);
    }
    utf8.remove_prefix(point->bytes);
  }
  return text;
}

}  // namespace lp
