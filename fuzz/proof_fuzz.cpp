// Any sizes and paths through the two verifiers, beside the recursive definition of RFC 6962 §2.1:
// they accept exactly the paths whose definition gives the root.
//
// Input: index or old size, size (big-endian, 8 bytes each), then the hashes of the path.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "tlog/tree.h"

namespace {

using lp::Digest;
using lp::tlog::node_hash;
using Path = std::span<const Digest>;

std::uint64_t split_point(std::uint64_t size) {
  return std::bit_floor(size - 1);
}

// The root that the path of leaf `index` leads to; nothing if the path has another length.
std::optional<Digest> root_by_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                                        Path path) {
  if (size == 1) return path.empty() ? std::optional(leaf) : std::nullopt;
  if (path.empty()) return std::nullopt;
  const Digest& sibling = path.back();
  const Path below = path.first(path.size() - 1);
  const std::uint64_t k = split_point(size);
  const auto child = index < k ? root_by_inclusion(leaf, index, k, below)
                               : root_by_inclusion(leaf, index - k, size - k, below);
  if (!child) return std::nullopt;
  return index < k ? node_hash(*child, sibling) : node_hash(sibling, *child);
}

// Old and new root of a subtree that the path leads to. `known` is the old root where the subtree
// is the whole old tree, which the path then leaves out.
std::optional<std::pair<Digest, Digest>> roots_by_consistency(std::uint64_t old_size,
                                                              std::uint64_t size, Path path,
                                                              const Digest* known) {
  if (old_size == size) {
    if (known != nullptr) {
      return path.empty() ? std::optional(std::pair(*known, *known)) : std::nullopt;
    }
    if (path.size() != 1) return std::nullopt;
    return std::pair(path.front(), path.front());
  }
  if (path.empty()) return std::nullopt;
  const Digest& sibling = path.back();
  const Path below = path.first(path.size() - 1);
  const std::uint64_t k = split_point(size);
  if (old_size <= k) {
    const auto child = roots_by_consistency(old_size, k, below, known);
    if (!child) return std::nullopt;
    return std::pair(child->first, node_hash(child->second, sibling));
  }
  const auto child = roots_by_consistency(old_size - k, size - k, below, nullptr);
  if (!child) return std::nullopt;
  return std::pair(node_hash(sibling, child->first), node_hash(sibling, child->second));
}

std::uint64_t take_number(std::string_view& input) {
  std::uint64_t number = 0;
  for (int i = 0; i < 8 && !input.empty(); ++i) {
    number = number << 8 | static_cast<unsigned char>(input.front());
    input.remove_prefix(1);
  }
  return number;
}

void check_inclusion(std::uint64_t index, std::uint64_t size, Path path) {
  const Digest leaf = lp::tlog::leaf_hash("leaf");
  if (index >= size) {
    LP_ASSERT(!lp::tlog::verify_inclusion(leaf, index, size, path, leaf));
    return;
  }
  const auto root = root_by_inclusion(leaf, index, size, path);
  LP_ASSERT(lp::tlog::verify_inclusion(leaf, index, size, path, root.value_or(leaf)) ==
            root.has_value());
  LP_ASSERT(!lp::tlog::verify_inclusion(leaf, index, size, path, lp::tlog::empty_root()));
}

void check_consistency(std::uint64_t old_size, std::uint64_t size, Path path) {
  const Digest old = lp::tlog::leaf_hash("old root");
  if (old_size == 0 || old_size > size) {
    LP_ASSERT(!lp::tlog::verify_consistency(old_size, old, size, old, path));
    return;
  }
  const auto roots = roots_by_consistency(old_size, size, path, &old);
  const auto [old_root, root] = roots.value_or(std::pair(old, old));
  LP_ASSERT(lp::tlog::verify_consistency(old_size, old_root, size, root, path) ==
            roots.has_value());
  LP_ASSERT(!lp::tlog::verify_consistency(old_size, old_root, size, lp::tlog::empty_root(), path));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::uint64_t first = take_number(input);
  const std::uint64_t tree_size = take_number(input);
  std::vector<Digest> path;
  for (; input.size() >= 32 && path.size() < 70; input.remove_prefix(32)) {
    path.push_back(*Digest::from_bytes(input.substr(0, 32)));
  }
  check_inclusion(first, tree_size, path);
  check_consistency(first, tree_size, path);

  // A right length is rare among random ones, so it is looked for, and checked with its neighbours.
  path.resize(66, lp::tlog::leaf_hash("sibling"));
  const Path all(path);
  if (first >= tree_size) return 0;
  std::size_t length = 0;
  while (!root_by_inclusion(all.front(), first, tree_size, all.first(length))) ++length;
  for (std::size_t i = length - (length != 0); i <= length + 1; ++i) {
    check_inclusion(first, tree_size, all.first(i));
  }
  if (first == 0) return 0;
  length = 0;
  while (!roots_by_consistency(first, tree_size, all.first(length), &all.front())) ++length;
  for (std::size_t i = length - (length != 0); i <= length + 1; ++i) {
    check_consistency(first, tree_size, all.first(i));
  }
  return 0;
}
