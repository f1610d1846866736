// How many generated cases a model test plays: few in a unit run, as many as are asked for in a
// long one.

#pragma once

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/assert.h"

namespace lp {

// The number in the environment's LP_SEQUENCES, or `usual` without it. What is no number of 1 or
// more stops the test: one that played nothing would pass.
inline std::uint64_t sequences(std::uint64_t usual) {
  const char* const set = std::getenv("LP_SEQUENCES");
  if (set == nullptr) return usual;
  const std::string_view text(set);
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  LP_ASSERT(error == std::errc{} && end == text.data() + text.size() && count > 0);
  return count;
}

}  // namespace lp
