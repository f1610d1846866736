#include "tlog/extension.h"

#include <bit>
#include <map>
#include <utility>

#include "base/assert.h"

namespace lp::tlog {

std::vector<Digest> extension_proof(const CompactRange& before,
                                    std::span<const Digest> leaf_hashes) {
  // A proof names perfect subtrees of the old tree's own frontier, and such as the new leaves
  // complete.
  std::map<std::pair<unsigned, std::uint64_t>, Digest> known;
  std::uint64_t first = 0;
  for (const Digest& hash : before.hashes()) {
    const std::uint64_t width = std::bit_floor(before.size() - first);
    const auto level = static_cast<unsigned>(std::countr_zero(width));
    known.emplace(std::pair(level, first >> level), hash);
    first += width;
  }
  CompactRange range = before;
  for (const Digest& leaf : leaf_hashes) {
    range.append(leaf, [&known](unsigned level, std::uint64_t position, const Digest& hash) {
      known.emplace(std::pair(level, position), hash);
    });
  }
  auto proof = consistency_proof(
      before.size(), range.size(), [&known](unsigned level, std::uint64_t position) {
        const auto found = known.find({level, position});
        return found == known.end() ? std::nullopt : std::optional(found->second);
      });
  LP_ASSERT(proof.has_value());
  return *std::move(proof);
}

}  // namespace lp::tlog
