// A SHA-256 value. A value type: compares by content, prints as lower-case hex.

#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/text.h"

namespace lp {

struct Digest {
  std::array<unsigned char, 32> bytes{};

  friend auto operator<=>(const Digest&, const Digest&) = default;

  [[nodiscard]] std::string_view view() const [[clang::lifetimebound]] {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  [[nodiscard]] std::string hex() const { return lp::hex(view()); }

  // From exactly 32 bytes, or nothing.
  static std::optional<Digest> from_bytes(std::string_view raw);
  // From exactly 64 lower-case hex characters, or nothing.
  static std::optional<Digest> from_hex(std::string_view text);
};

}  // namespace lp
