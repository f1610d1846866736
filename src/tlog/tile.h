// Tile addresses of c2sp.org/tlog-tiles: 256 hashes a tile, `tile/<L>/<N>[.p/<W>]`.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "tlog/tree.h"

namespace lp::tlog {

inline constexpr unsigned tile_height = 8;
inline constexpr std::uint64_t tile_width = 256;

struct TileAddress {
  bool entries = false;  // tile/entries/<N>: the leaves themselves
  unsigned level = 0;    // 0..7; 0 for entries
  std::uint64_t number = 0;
  unsigned width = 256;  // 1..256; below 256 a partial tile

  friend bool operator==(const TileAddress&, const TileAddress&) = default;
};

// From the path after "tile/": "0/x001/234", "entries/000.p/5". Strict: one text an address.
std::optional<TileAddress> parse_tile_path(std::string_view path);
std::string tile_path(const TileAddress& address);  // "tile/0/000.p/5"

// How many hashes (or leaves) the tile has in a tree of `size` leaves, 0 to 256.
std::uint64_t tile_entries(const TileAddress& address, std::uint64_t size);

// One leaf in an entry bundle: big-endian uint16 length, then the bytes (≤ 65535).
std::string bundle_entry(std::string_view leaf);

// Answers HashReader from full and partial tiles: level 0 hashes and hashes of levels 8, 16, ….
// `read_tile(level, position)` reads one hash at tile level L (tree level 8·L); everything between
// is recomputed.
HashReader reader_over_tiles(
    std::function<std::optional<Digest>(unsigned tile_level, std::uint64_t position)> read_tile,
    std::uint64_t size);

}  // namespace lp::tlog
