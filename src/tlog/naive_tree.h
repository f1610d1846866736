// The Merkle tree of RFC 6962 §2.1 word for word: recursive and O(n), to hold the real one against.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tlog/tree.h"

namespace lp::tlog {

class NaiveTree {
 public:
  explicit NaiveTree(std::vector<std::string> leaves) : leaves_(std::move(leaves)) {}

  // Leaves "leaf 0", "leaf 1", …
  static NaiveTree of_size(std::uint64_t size) {
    std::vector<std::string> leaves;
    for (std::uint64_t i = 0; i < size; ++i) leaves.push_back("leaf " + std::to_string(i));
    return NaiveTree(std::move(leaves));
  }

  [[nodiscard]] const std::string& leaf(std::uint64_t index) const {
    return leaves_[static_cast<std::size_t>(index)];
  }
  [[nodiscard]] std::uint64_t size() const { return leaves_.size(); }

  Digest root(std::uint64_t size) { return mth(0, size); }

  // PATH(m, D[begin:end]).
  std::vector<Digest> path(std::uint64_t m, std::uint64_t begin, std::uint64_t end) {
    if (end - begin == 1) return {};
    const std::uint64_t k = split(end - begin);
    if (m < k) return with(path(m, begin, begin + k), mth(begin + k, end));
    return with(path(m - k, begin + k, end), mth(begin, begin + k));
  }

  // PROOF(m, D[0:size]), 0 < m ≤ size.
  std::vector<Digest> proof(std::uint64_t m, std::uint64_t size) {
    return subproof(m, 0, size, true);
  }

  HashReader reader() {
    return [this](unsigned level, std::uint64_t position) -> std::optional<Digest> {
      const std::uint64_t begin = position << level;
      const std::uint64_t end = (position + 1) << level;
      if (end > leaves_.size()) return std::nullopt;
      return mth(begin, end);
    };
  }

 private:
  static std::uint64_t split(std::uint64_t size) {
    std::uint64_t k = 1;
    while (k * 2 < size) k *= 2;
    return k;
  }

  static std::vector<Digest> with(std::vector<Digest> path, const Digest& last) {
    path.push_back(last);
    return path;
  }

  Digest mth(std::uint64_t begin, std::uint64_t end) {
    if (begin == end) return empty_root();
    const auto found = known_.find({begin, end});
    if (found != known_.end()) return found->second;
    const std::uint64_t k = split(end - begin);
    const Digest hash = end - begin == 1 ? leaf_hash(leaf(begin))
                                         : node_hash(mth(begin, begin + k), mth(begin + k, end));
    known_[{begin, end}] = hash;
    return hash;
  }

  std::vector<Digest> subproof(std::uint64_t m, std::uint64_t begin, std::uint64_t end,
                               bool whole) {
    if (m == end - begin) return whole ? std::vector<Digest>{} : std::vector{mth(begin, end)};
    const std::uint64_t k = split(end - begin);
    if (m <= k) return with(subproof(m, begin, begin + k, whole), mth(begin + k, end));
    return with(subproof(m - k, begin + k, end, false), mth(begin, begin + k));
  }

  std::vector<std::string> leaves_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, Digest> known_;
};

}  // namespace lp::tlog
