// An RFC 6962 tree with every hash in memory: what a log costs where nothing is stored, read or
// shared. Nothing of the product is in it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "signatures.h"

namespace lp::bench {

class HashTree {
 public:
  void append(std::string_view leaf);
  [[nodiscard]] std::uint64_t size() const { return levels_.empty() ? 0 : levels_[0].size(); }
  // Of a tree that is not empty.
  Sha256 root();
  // The audit path of a leaf (RFC 6962 §2.1.1), from its sibling upwards.
  std::vector<Sha256> path(std::uint64_t index);

 private:
  Sha256 node(const Sha256& left, const Sha256& right);
  // Of the leaves [first, end), which begin at a multiple of their largest perfect subtree.
  Sha256 subtree(std::uint64_t first, std::uint64_t end);

  Signatures hashing_;
  std::vector<std::vector<Sha256>> levels_;  // of perfect subtrees only
  std::string message_;
};

}  // namespace lp::bench
