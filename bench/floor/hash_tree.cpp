#include "hash_tree.h"

#include <algorithm>
#include <bit>

namespace lp::bench {
namespace {

std::string_view view_of(const Sha256& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

Sha256 HashTree::node(const Sha256& left, const Sha256& right) {
  message_.assign(1, '\x01');
  message_.append(view_of(left)).append(view_of(right));
  return hashing_.digest(message_);
}

void HashTree::append(std::string_view leaf) {
  message_.assign(1, '\0');
  message_.append(leaf);
  Sha256 hash = hashing_.digest(message_);
  for (std::size_t level = 0;; ++level) {
    if (level == levels_.size()) levels_.emplace_back();
    std::vector<Sha256>& row = levels_[level];
    row.push_back(hash);
    if (row.size() % 2 != 0) return;
    hash = node(row[row.size() - 2], hash);
  }
}

Sha256 HashTree::subtree(std::uint64_t first, std::uint64_t end) {
  std::vector<Sha256> parts;
  while (first < end) {
    const std::uint64_t width = std::bit_floor(end - first);
    const auto level = static_cast<std::size_t>(std::countr_zero(width));
    parts.push_back(levels_[level][first >> level]);
    first += width;
  }
  Sha256 root = parts.back();
  for (std::size_t i = parts.size() - 1; i > 0; --i) root = node(parts[i - 1], root);
  return root;
}

Sha256 HashTree::root() {
  return subtree(0, size());
}

std::vector<Sha256> HashTree::path(std::uint64_t index) {
  std::vector<Sha256> path;
  std::uint64_t first = 0, end = size();
  while (end - first > 1) {
    const std::uint64_t middle = first + std::bit_floor(end - first - 1);
    const bool left = index < middle;
    path.push_back(left ? subtree(middle, end) : subtree(first, middle));
    (left ? end : first) = middle;
  }
  std::ranges::reverse(path);
  return path;
}

}  // namespace lp::bench
