#include "core/issuer.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/assert.h"

namespace lp::core {

Issuer::Issuer(crypto::P256Key only) {
  turns_.push_back({.from = 0, .key = std::move(only)});
}

std::expected<Issuer, std::string> Issuer::of(const Keys& keys, const std::string& origin,
                                              const std::vector<evidence::IssuerRange>& ranges,
                                              std::uint64_t size) {
  std::vector<Turn> turns;
  std::uint64_t next = size;
  for (const evidence::IssuerRange& range : ranges) {
    if (!range.covers(next)) continue;
    auto key = keys.issuer_key(origin, range.spki);
    if (!key) {
      return std::unexpected(
          fmt::format("the issuer key {}, which signs from entry {} on, is not in secrets/",
                      evidence::key_id(range.spki), range.from));
    }
    turns.push_back({.from = turns.empty() ? 0 : range.from, .key = *std::move(key)});
    if (!range.to) return Issuer(std::move(turns));
    next = *range.to;
  }
  return std::unexpected(fmt::format("its roster names no issuer key for entry {}", next));
}

const crypto::P256Key& Issuer::at(std::uint64_t index) const {
  const auto after = std::ranges::upper_bound(turns_, index, {}, &Turn::from);
  LP_ASSERT(after != turns_.begin());
  return std::prev(after)->key;
}

crypto::P256Key issuer_now(const Keys& keys, const ProjectView& project) {
  auto key = keys.issuer_key(project.row.origin, project.issuer_at(project.live->signed_size));
  // Whatever a roster in force names was found at start, or when the roster was taken.
  LP_ASSERT(key.has_value());
  return *std::move(key);
}

}  // namespace lp::core
