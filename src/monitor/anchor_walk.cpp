#include "monitor/anchor_walk.h"

#include <fmt/core.h>

#include <utility>

#include "crypto/hash.h"

namespace lp::monitor {

AnchorWalk::AnchorWalk(LogTiles& tiles, tlog::CompactRange from, tlog::Checkpoint head)
    : tiles_(tiles), head_(std::move(head)), at_(from), met_(std::move(from)) {}

Found<bool> AnchorWalk::meet(const Digest& body_sha256) {
  for (;;) {
    const tlog::Checkpoint here{head_.origin, at_.size(), at_.root()};
    if (crypto::sha256(here.body()) == body_sha256) {
      met_ = at_;
      return true;
    }
    if (at_.size() >= head_.size) return false;
    if (auto stepped = step(); !stepped) return std::unexpected(stepped.error());
  }
}

Found<void> AnchorWalk::finish() {
  while (at_.size() < head_.size) {
    if (auto stepped = step(); !stepped) return stepped;
  }
  if (at_.root() == head_.root) return {};
  return std::unexpected(tiles_.finding(
      Alarm::wrong_tile,
      fmt::format("the tiles do not lead to the signed root of {} leaves", head_.size)));
}

Found<void> AnchorWalk::step() {
  const std::uint64_t index = at_.size();
  if (tile_.empty() || index % tlog::tile_width == 0) {
    const auto tile = tiles_.hashes(0, index / tlog::tile_width, head_.size);
    if (!tile) return std::unexpected(tile.error());
    tile_ = **tile;
  }
  at_.append(tile_[index % tlog::tile_width]);
  return {};
}

}  // namespace lp::monitor
