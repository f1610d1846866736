#include "core/tiles.h"

#include <memory>
#include <utility>

#include "core/subtree_hashes.h"

namespace lp::core {
namespace {

// A HashReader is copied; what it has read is shared by the copies.
tlog::HashReader hash_reader(SubtreeHashes::Rows rows, std::uint64_t size,
                             const std::string& origin) {
  auto hashes = std::make_shared<SubtreeHashes>(std::move(rows), size,
                                                origin.empty() ? nullptr : hashes_kept_of(origin));
  return [hashes](unsigned level, std::uint64_t position) { return hashes->at(level, position); };
}

}  // namespace

tlog::HashReader hashes_of_log(store::Reader& reader, std::string project, std::uint64_t size,
                               const std::string& origin) {
  return hash_reader(
      [&reader, project = std::move(project)](unsigned tile_level, std::uint64_t first,
                                              std::uint64_t count) {
        return tile_level == 0 ? reader.leaf_hashes(project, first, count)
                               : reader.upper_hashes(project, tile_level, first, count);
      },
      size, origin);
}

tlog::HashReader hashes_of_root_log(store::Reader& reader, std::uint64_t size,
                                    const std::string& origin) {
  return hash_reader(
      [&reader](unsigned tile_level, std::uint64_t first, std::uint64_t count) {
        return tile_level == 0 ? reader.anchor_hashes(first, count)
                               : reader.anchor_upper_hashes(tile_level, first, count);
      },
      size, origin);
}

}  // namespace lp::core
