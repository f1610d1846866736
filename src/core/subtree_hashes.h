// The hashes of a log's perfect subtrees, as proofs ask for them: read from the store in groups of
// 32, of which everything inside is computed once.
//
// What lies below a signed size never changes, so it is kept, per thread and log, where that saves
// more than it takes: of the leaves only the roots of groups (8 bytes a leaf that was ever proved),
// of upper tiles everything. A proof of an entry whose neighbours were proved before reads one
// group of leaf hashes, however long the log is.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "store/store.h"

namespace lp::core {

// Hashes that stand side by side in a tile, and those of all perfect subtrees over them.
class HashGroup {
 public:
  static constexpr unsigned height = 5;
  static constexpr std::uint64_t width = std::uint64_t{1} << height;

  // At most `width` hashes.
  explicit HashGroup(const std::vector<Digest>& hashes);
  // Of the subtree of 2^level hashes at `position` in its level; nothing where it is not full.
  [[nodiscard]] std::optional<Digest> at(unsigned level, std::uint64_t position) const;
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  std::uint64_t count_;
  std::array<Digest, 2 * width - 1> nodes_;  // level by level
};

// What a thread keeps of one log.
struct KeptHashes {
  struct Roots {
    std::array<std::optional<Digest>, 8> of;  // the groups of one tile of leaf hashes
  };
  std::unordered_map<std::uint64_t, Roots> leaves;                 // by number of the tile
  std::map<std::pair<unsigned, std::uint64_t>, HashGroup> uppers;  // full, by level and number
  std::map<unsigned, std::pair<std::uint64_t, HashGroup>> edges;   // the last of a level
  std::size_t bytes = 0, counted = 0;
};
// Shared by whoever proves now and the thread, which lets go of all logs when they take too much.
using Kept = std::shared_ptr<KeptHashes>;
// This thread's; `origin` names the log.
Kept hashes_kept_of(const std::string& origin);
// Lets go of all of this thread's: what was read of another installation says nothing of this one,
// though its root log may have the same name.
void forget_kept_hashes();

class SubtreeHashes {
 public:
  // `count` hashes of a tile level from `first` on, or as many as there are.
  using Rows = std::function<store::Result<std::vector<Digest>>(
      unsigned tile_level, std::uint64_t first, std::uint64_t count)>;

  // Below `size`, up to which the log must be signed where anything is kept; `kept` may be null.
  SubtreeHashes(Rows rows, std::uint64_t size, Kept kept);

  // As tlog::HashReader. Nothing for what is not below the size, or cannot be read.
  std::optional<Digest> at(unsigned level, std::uint64_t position);

 private:
  std::optional<Digest> in_group(unsigned tile_level, unsigned level, std::uint64_t position);
  const HashGroup* group(unsigned tile_level, std::uint64_t number);
  [[nodiscard]] const HashGroup* kept_group(unsigned tile_level, std::uint64_t number,
                                            std::uint64_t count) const;
  const HashGroup* keep(unsigned tile_level, std::uint64_t number, HashGroup fresh);

  const Rows rows_;
  const std::uint64_t size_;
  const Kept kept_;
  std::map<std::pair<unsigned, std::uint64_t>, HashGroup> read_;  // for this reader only
};

}  // namespace lp::core
