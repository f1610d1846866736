// Any text as a tile path: what is read has one spelling, and every address survives its path.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "tlog/tile.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto address = lp::tlog::parse_tile_path(text);
  if (address) {
    LP_ASSERT(lp::tlog::tile_path(*address) == "tile/" + std::string(text));
    LP_ASSERT(address->width >= 1 && address->width <= lp::tlog::tile_width);
    LP_ASSERT(lp::tlog::tile_entries(*address, ~std::uint64_t{0}) <= lp::tlog::tile_width);
  }

  lp::tlog::TileAddress made;
  for (const char byte : text) made.number = made.number << 8 | static_cast<unsigned char>(byte);
  made.level = static_cast<unsigned>(size % 8);
  made.number = made.number >> (8 * made.level) >> 8;
  made.width = 1 + static_cast<unsigned>(made.number % 256);
  LP_ASSERT(lp::tlog::parse_tile_path(lp::tlog::tile_path(made).substr(5)) == made);
  return 0;
}
