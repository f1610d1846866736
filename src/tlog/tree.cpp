#include "tlog/tree.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <utility>

#include "base/assert.h"
#include "crypto/hash.h"

namespace lp::tlog {
namespace {

bool is_odd(std::uint64_t number) {
  return (number & 1U) != 0;
}

// The largest power of two below `size`, where RFC 6962 splits a tree; `size` is at least 2.
std::uint64_t split_point(std::uint64_t size) {
  return std::bit_floor(size - 1);
}

// Root of a tree whose perfect subtrees are `parts`, largest first.
Digest fold(const std::vector<Digest>& parts) {
  Digest root = parts.back();
  for (std::size_t i = parts.size() - 1; i > 0; --i) root = node_hash(parts[i - 1], root);
  return root;
}

// Root of the leaves [begin, end), at least one. `begin` is a multiple of the largest perfect
// subtree among them, as it is for every subtree of a Merkle tree.
std::optional<Digest> subtree_root(std::uint64_t begin, std::uint64_t end, const HashReader& read) {
  std::vector<Digest> parts;
  while (begin < end) {
    const std::uint64_t width = std::bit_floor(end - begin);
    const auto level = static_cast<unsigned>(std::countr_zero(width));
    const std::optional<Digest> part = read(level, begin >> level);
    if (!part) return std::nullopt;
    parts.push_back(*part);
    begin += width;
  }
  return fold(parts);
}

// The way from a node up to the root: which siblings stand to the left, as in RFC 9162 §2.1.3.2.
// `node` is its position in its level and `last` the position of the last node there.
struct Climb {
  std::uint64_t node;
  std::uint64_t last;

  [[nodiscard]] bool at_root() const { return last == 0; }
  // Whether the next hash of a path belongs to the left; not asked at the root. A last node without
  // a right sibling first rises to where it has a left one, which it has below the root.
  bool sibling_is_left() {
    if (!is_odd(node) && node != last) return false;
    while (!is_odd(node)) rise();
    return true;
  }
  void rise() {
    node >>= 1U;
    last >>= 1U;
  }
};

}  // namespace

Digest leaf_hash(std::string_view leaf) {
  return crypto::sha256({std::string_view("\x00", 1), leaf});
}

Digest node_hash(const Digest& left, const Digest& right) {
  // In one piece: three updates of a hash cost more than the copy.
  std::array<char, 1 + 2 * sizeof(Digest::bytes)> bytes{'\x01'};
  const auto behind = std::ranges::copy(left.view(), bytes.begin() + 1).out;
  std::ranges::copy(right.view(), behind);
  return crypto::sha256(std::string_view(bytes.data(), bytes.size()));
}

Digest empty_root() {
  return crypto::sha256(std::string_view());
}

std::optional<CompactRange> CompactRange::from(std::uint64_t size, std::vector<Digest> hashes) {
  if (static_cast<std::size_t>(std::popcount(size)) != hashes.size()) return std::nullopt;
  CompactRange range;
  range.size_ = size;
  range.hashes_ = std::move(hashes);
  return range;
}

std::optional<CompactRange> CompactRange::read(std::uint64_t size, const HashReader& read) {
  CompactRange range;
  range.size_ = size;
  for (std::uint64_t first = 0, rest = size; rest != 0;) {
    const std::uint64_t width = std::bit_floor(rest);
    const auto level = static_cast<unsigned>(std::countr_zero(width));
    const auto hash = read(level, first >> level);
    if (!hash) return std::nullopt;
    range.hashes_.push_back(*hash);
    first += width;
    rest -= width;
  }
  return range;
}

void CompactRange::append(const Digest& leaf_hash, const Completed& completed) {
  LP_ASSERT(size_ != std::numeric_limits<std::uint64_t>::max());
  Digest hash = leaf_hash;
  unsigned level = 0;
  if (completed) completed(level, size_, hash);
  for (std::uint64_t rest = size_; is_odd(rest); rest >>= 1U) {
    hash = node_hash(hashes_.back(), hash);
    hashes_.pop_back();
    ++level;
    if (completed) completed(level, size_ >> level, hash);
  }
  hashes_.push_back(hash);
  ++size_;
}

Digest CompactRange::root() const {
  return hashes_.empty() ? empty_root() : fold(hashes_);
}

std::optional<Digest> root_of(std::uint64_t size, const HashReader& read) {
  if (size == 0) return empty_root();
  return subtree_root(0, size, read);
}

std::optional<std::vector<Digest>> inclusion_proof(std::uint64_t index, std::uint64_t size,
                                                   const HashReader& read) {
  if (index >= size) return std::nullopt;
  std::vector<Digest> path;
  std::uint64_t begin = 0;
  std::uint64_t end = size;
  while (end - begin > 1) {
    const std::uint64_t middle = begin + split_point(end - begin);
    const bool go_left = index < middle;
    const auto sibling =
        go_left ? subtree_root(middle, end, read) : subtree_root(begin, middle, read);
    if (!sibling) return std::nullopt;
    path.push_back(*sibling);
    (go_left ? end : begin) = middle;
  }
  std::reverse(path.begin(), path.end());
  return path;
}

std::optional<std::vector<Digest>> consistency_proof(std::uint64_t old_size, std::uint64_t size,
                                                     const HashReader& read) {
  if (old_size > size) return std::nullopt;
  std::vector<Digest> path;
  if (old_size == 0) return path;
  std::uint64_t begin = 0;
  std::uint64_t end = size;
  while (old_size != end) {
    const std::uint64_t middle = begin + split_point(end - begin);
    const bool go_left = old_size <= middle;
    const auto sibling =
        go_left ? subtree_root(middle, end, read) : subtree_root(begin, middle, read);
    if (!sibling) return std::nullopt;
    path.push_back(*sibling);
    (go_left ? end : begin) = middle;
  }
  // A subtree from the first leaf is the old tree itself, whose root the verifier has.
  if (begin != 0) {
    const auto shared = subtree_root(begin, end, read);
    if (!shared) return std::nullopt;
    path.push_back(*shared);
  }
  std::reverse(path.begin(), path.end());
  return path;
}

bool verify_inclusion(const Digest& leaf_hash, std::uint64_t index, std::uint64_t size,
                      std::span<const Digest> path, const Digest& root) {
  if (index >= size) return false;
  Climb climb{index, size - 1};
  Digest hash = leaf_hash;
  for (const Digest& sibling : path) {
    if (climb.at_root()) return false;
    hash = climb.sibling_is_left() ? node_hash(sibling, hash) : node_hash(hash, sibling);
    climb.rise();
  }
  return climb.at_root() && hash == root;
}

bool verify_consistency(std::uint64_t old_size, const Digest& old_root, std::uint64_t size,
                        const Digest& root, std::span<const Digest> path) {
  if (old_size > size) return false;
  if (old_size == 0 && old_root != empty_root()) return false;
  if (old_size == size) return path.empty() && old_root == root;
  if (old_size == 0) return path.empty();
  // The last perfect subtree of the old tree: where both trees are the same. It is the old tree
  // itself when that is perfect; then the path leaves it out.
  Climb climb{old_size - 1, size - 1};
  while (is_odd(climb.node)) climb.rise();
  Digest old_hash = old_root;
  if (!std::has_single_bit(old_size)) {
    if (path.empty()) return false;
    old_hash = path.front();
    path = path.subspan(1);
  }
  Digest hash = old_hash;
  for (const Digest& sibling : path) {
    if (climb.at_root()) return false;
    if (climb.sibling_is_left()) {
      old_hash = node_hash(sibling, old_hash);
      hash = node_hash(sibling, hash);
    } else {
      hash = node_hash(hash, sibling);
    }
    climb.rise();
  }
  return climb.at_root() && old_hash == old_root && hash == root;
}

}  // namespace lp::tlog
