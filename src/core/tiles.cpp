#include "core/tiles.h"

#include <utility>

#include "tlog/tile.h"

namespace lp::core {
namespace {

std::optional<Digest> only(const store::Result<std::vector<Digest>>& hashes) {
  if (!hashes || hashes->size() != 1) return std::nullopt;
  return hashes->front();
}

}  // namespace

tlog::HashReader hashes_of_log(store::Reader& reader, std::string project, std::uint64_t size) {
  return tlog::reader_over_tiles(
      [&reader, project = std::move(project)](unsigned tile_level, std::uint64_t position) {
        return only(tile_level == 0 ? reader.leaf_hashes(project, position, 1)
                                    : reader.upper_hashes(project, tile_level, position, 1));
      },
      size);
}

tlog::HashReader hashes_of_root_log(store::Reader& reader, std::uint64_t size) {
  return tlog::reader_over_tiles(
      [&reader](unsigned tile_level, std::uint64_t position) {
        return only(tile_level == 0 ? reader.anchor_hashes(position, 1)
                                    : reader.anchor_upper_hashes(tile_level, position, 1));
      },
      size);
}

}  // namespace lp::core
