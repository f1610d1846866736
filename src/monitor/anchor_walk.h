// That each entry of the root log in the name of a project is a checkpoint of that project's own
// tree: nobody who trusts the root log was shown another one (evidence.md 9).
//
// An entry has the hash of a checkpoint and not its size. The walk goes over the tree once, size by
// size, and each entry must be met on the way; memory is one tile however many entries there are.

#pragma once

#include <cstdint>
#include <vector>

#include "monitor/finding.h"
#include "monitor/log_tiles.h"
#include "tlog/note.h"
#include "tlog/tree.h"

namespace lp::monitor {

class AnchorWalk {
 public:
  // From the tree at the last entry that was met up to `head`, whose leaves were verified. The
  // tiles live as long as this.
  AnchorWalk(LogTiles& tiles, tlog::CompactRange from, tlog::Checkpoint head);

  // Goes on to the checkpoint with this SHA-256 of its body; false when it is not on the way.
  Found<bool> meet(const Digest& body_sha256);
  // Goes on to the head and compares: what the walk went over was the tree itself.
  Found<void> finish();

  // The tree at the entry met last.
  [[nodiscard]] const tlog::CompactRange& met() const { return met_; }

 private:
  Found<void> step();

  LogTiles& tiles_;
  const tlog::Checkpoint head_;
  tlog::CompactRange at_, met_;
  std::vector<Digest> tile_;  // that the next leaf is in, unless it is the first of one
};

}  // namespace lp::monitor
