#include "core/subtree_hashes.h"

#include <algorithm>

#include "base/assert.h"
#include "tlog/tile.h"
#include "tlog/tree.h"

namespace lp::core {
namespace {

constexpr unsigned groups_per_tile = tlog::tile_width / HashGroup::width;
static_assert(groups_per_tile == 8);
constexpr unsigned levels = 64;
// Roots of the groups of 60,000 tiles, or of 15 million leaves, and what stands above them.
constexpr std::size_t bytes_max = 24u << 20;
constexpr std::size_t roots_bytes = sizeof(KeptHashes::Roots) + 32;
constexpr std::size_t group_bytes = sizeof(HashGroup) + 64;

// Where a level of a group begins among its nodes.
constexpr std::uint64_t begin_of(unsigned level) {
  return 2 * HashGroup::width - (2 * HashGroup::width >> level);
}

}  // namespace

HashGroup::HashGroup(const std::vector<Digest>& hashes) : count_(hashes.size()) {
  LP_ASSERT(count_ <= width);
  std::ranges::copy(hashes, nodes_.begin());
  for (unsigned level = 1; level <= height; ++level) {
    const std::uint64_t below = begin_of(level - 1), here = begin_of(level);
    for (std::uint64_t i = 0; i < count_ >> level; ++i) {
      nodes_[here + i] = tlog::node_hash(nodes_[below + 2 * i], nodes_[below + 2 * i + 1]);
    }
  }
}

std::optional<Digest> HashGroup::at(unsigned level, std::uint64_t position) const {
  if (level > height || position >= count_ >> level) return std::nullopt;
  return nodes_[begin_of(level) + position];
}

namespace {

struct Logs {
  std::map<std::string, Kept> of;
  std::size_t bytes = 0;
};

Logs& thread_logs() {
  thread_local Logs logs;
  return logs;
}

}  // namespace

void forget_kept_hashes() {
  thread_logs() = {};
}

Kept hashes_kept_of(const std::string& origin) {
  Logs& logs = thread_logs();
  if (logs.bytes > bytes_max) logs = {};
  Kept& kept = logs.of[origin];
  if (!kept) kept = std::make_shared<KeptHashes>();
  logs.bytes += kept->bytes - kept->counted;
  kept->counted = kept->bytes;
  return kept;
}

SubtreeHashes::SubtreeHashes(Rows rows, std::uint64_t size, Kept kept)
    : rows_(std::move(rows)), size_(size), kept_(std::move(kept)) {}

std::optional<Digest> SubtreeHashes::at(unsigned level, std::uint64_t position) {
  if (level >= levels || position >= size_ >> level) return std::nullopt;
  const unsigned tile_level = level / tlog::tile_height, above = level % tlog::tile_height;
  if (above <= HashGroup::height) return in_group(tile_level, above, position);
  const auto left = at(level - 1, 2 * position), right = at(level - 1, 2 * position + 1);
  if (!left || !right) return std::nullopt;
  return tlog::node_hash(*left, *right);
}

// Of the subtree of 2^level hashes of a tile level.
std::optional<Digest> SubtreeHashes::in_group(unsigned tile_level, unsigned level,
                                              std::uint64_t position) {
  const unsigned across = HashGroup::height - level;
  const std::uint64_t number = position >> across;
  const bool root_of_leaves = tile_level == 0 && across == 0;
  if (root_of_leaves && kept_) {
    const auto tile = kept_->leaves.find(number / groups_per_tile);
    if (tile != kept_->leaves.end()) {
      if (const auto& root = tile->second.of[number % groups_per_tile]) return root;
    }
  }
  const HashGroup* const found = group(tile_level, number);
  if (found == nullptr) return std::nullopt;
  return found->at(level, position & ((std::uint64_t{1} << across) - 1));
}

const HashGroup* SubtreeHashes::group(unsigned tile_level, std::uint64_t number) {
  const std::uint64_t first = number * HashGroup::width;
  const std::uint64_t there = size_ >> (tile_level * tlog::tile_height);
  if (first >= there) return nullptr;
  const std::uint64_t count = std::min(HashGroup::width, there - first);
  if (const HashGroup* const known = kept_group(tile_level, number, count)) return known;
  const auto found = read_.find({tile_level, number});
  if (found != read_.end()) return &found->second;
  const auto hashes = rows_(tile_level, first, count);
  if (!hashes || hashes->size() != count) return nullptr;
  return keep(tile_level, number, HashGroup(*hashes));
}

const HashGroup* SubtreeHashes::kept_group(unsigned tile_level, std::uint64_t number,
                                           std::uint64_t count) const {
  if (!kept_) return nullptr;
  if (count < HashGroup::width) {
    const auto edge = kept_->edges.find(tile_level);
    const bool same = edge != kept_->edges.end() && edge->second.first == number &&
                      edge->second.second.count() == count;
    return same ? &edge->second.second : nullptr;
  }
  const auto upper = kept_->uppers.find({tile_level, number});
  return upper == kept_->uppers.end() ? nullptr : &upper->second;
}

const HashGroup* SubtreeHashes::keep(unsigned tile_level, std::uint64_t number, HashGroup fresh) {
  const bool full = fresh.count() == HashGroup::width;
  if (kept_ && !full) {
    const auto edge = kept_->edges.insert_or_assign(tile_level, std::pair{number, fresh});
    return &edge.first->second.second;
  }
  if (kept_ && tile_level > 0) {
    kept_->bytes += group_bytes;
    return &kept_->uppers.emplace(std::pair{tile_level, number}, fresh).first->second;
  }
  if (kept_) {
    const auto [tile, added] = kept_->leaves.try_emplace(number / groups_per_tile);
    if (added) kept_->bytes += roots_bytes;
    tile->second.of[number % groups_per_tile] = fresh.at(HashGroup::height, 0);
  }
  return &read_.emplace(std::pair{tile_level, number}, fresh).first->second;
}

}  // namespace lp::core
