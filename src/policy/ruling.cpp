#include "policy/ruling.h"

#include <algorithm>
#include <array>

namespace lp::policy {
namespace {

constexpr std::array<std::string_view, 3> effect_names{"allow", "review", "deny"};
constexpr std::array<std::string_view, 5> level_names{"none", "low", "medium", "high", "critical"};

template <typename T, std::size_t n>
std::optional<T> named(const std::array<std::string_view, n>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<T>(found - names.begin());
}

}  // namespace

std::string_view to_string(Effect effect) {
  return effect_names[static_cast<std::size_t>(effect)];
}

std::optional<Effect> effect(std::string_view name) {
  return named<Effect>(effect_names, name);
}

std::string_view to_string(Level level) {
  return level_names[static_cast<std::size_t>(level)];
}

std::optional<Level> level(std::string_view name) {
  return named<Level>(level_names, name);
}

}  // namespace lp::policy
