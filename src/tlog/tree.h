// The Merkle tree of RFC 6962 §2 / RFC 9162 §2: hashes, compact range, inclusion and consistency.
//
// Pure. Hashes of subtrees come from the caller through `HashReader`, so that the same code serves
// tiles in a database, a naive test model and a verifier.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/digest.h"

namespace lp::tlog {

Digest leaf_hash(std::string_view leaf);                    // SHA-256(0x00 ‖ leaf)
Digest node_hash(const Digest& left, const Digest& right);  // SHA-256(0x01 ‖ left ‖ right)
Digest empty_root();                                        // SHA-256("")

// Hash of the perfect subtree of height `level` at `position` (leaves position·2^level …).
// Nothing when the store lacks it, which makes the whole proof fail.
using HashReader = std::function<std::optional<Digest>(unsigned level, std::uint64_t position)>;

// The roots of the perfect subtrees that make up a tree of `size` leaves, largest first: all that
// is needed to append and to compute the root. Stored as the frontier of a log head.
class CompactRange {
 public:
  CompactRange() = default;
  // Nothing unless the number of hashes is popcount(size).
  static std::optional<CompactRange> from(std::uint64_t size, std::vector<Digest> hashes);

  // Of the first `size` leaves of the tree that `read` knows; nothing when a hash is missing.
  static std::optional<CompactRange> read(std::uint64_t size, const HashReader& read);

  // Called for each perfect subtree completed by an append: (level, position, hash); level 0 is the
  // leaf itself. Levels 8, 16, … are the hashes that upper tiles hold.
  using Completed = std::function<void(unsigned level, std::uint64_t position, const Digest&)>;
  void append(const Digest& leaf_hash, const Completed& completed = {});

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] Digest root() const;
  [[nodiscard]] const std::vector<Digest>& hashes() const { return hashes_; }

 private:
  std::uint64_t size_ = 0;
  std::vector<Digest> hashes_;
};

std::optional<Digest> root_of(std::uint64_t size, const HashReader& read);
std::optional<std::vector<Digest>> inclusion_proof(std::uint64_t index, std::uint64_t size,
                                                   const HashReader& read);
std::optional<std::vector<Digest>> consistency_proof(std::uint64_t old_size, std::uint64_t size,
                                                     const HashReader& read);

// Exact path length, index < size, empty path only for size 1 (evidence.md 9).
[[nodiscard]] bool verify_inclusion(const Digest& leaf_hash, std::uint64_t index,
                                    std::uint64_t size, std::span<const Digest> path,
                                    const Digest& root);
[[nodiscard]] bool verify_consistency(std::uint64_t old_size, const Digest& old_root,
                                      std::uint64_t size, const Digest& root,
                                      std::span<const Digest> path);

}  // namespace lp::tlog
