// Writes a log into a directory, as the server would serve it: `checkpoint` and `tile/…`, and the
// verifier key as `vkey`. For the Go program in the folder above, which must accept the log.
//
//   write_log DIR SIZE [FORK]     leaves from index FORK on differ from those without FORK

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tlog/note.h"
#include "tlog/tile.h"
#include "tlog/tree.h"

namespace lp::tlog {
namespace {

// tile → its bytes, as far as the tree has grown.
using Tiles = std::map<std::pair<std::string, std::uint64_t>, std::string>;

std::string leaf_at(std::uint64_t index, std::uint64_t fork) {
  std::string leaf = (index < fork ? "leaf " : "another leaf ") + std::to_string(index);
  // Lengths around the byte boundary of the length prefix, and no bytes at all.
  leaf.resize(index % 5 == 4 ? 0 : leaf.size() + (index % 3) * 240, '.');
  return leaf;
}

bool write_file(const std::filesystem::path& path, std::string_view bytes) {
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  return file.good();
}

bool write_log(const std::filesystem::path& folder, std::uint64_t size, std::uint64_t fork) {
  Tiles tiles;
  CompactRange range;
  for (std::uint64_t index = 0; index < size; ++index) {
    const std::string leaf = leaf_at(index, fork);
    tiles[{"entries", index / tile_width}] += bundle_entry(leaf);
    range.append(leaf_hash(leaf), [&](unsigned level, std::uint64_t position, const Digest& hash) {
      if (level % tile_height != 0) return;
      const std::string tile_level = std::to_string(level / tile_height);
      tiles[{tile_level, position / tile_width}] += hash.view();
    });
  }
  bool good = true;
  for (const auto& [name, bytes] : tiles) {
    TileAddress address;
    address.entries = name.first == "entries";
    if (!address.entries) address.level = static_cast<unsigned>(name.first.front() - '0');
    address.number = name.second;
    address.width = static_cast<unsigned>(tile_entries(address, size));
    good = good && write_file(folder / tile_path(address), bytes);
  }
  const auto key = crypto::Ed25519Key::from_seed(std::string(32, 's'));
  const Checkpoint checkpoint{"example.com/p/0123456789abcdef", size, range.root()};
  const VerifierKey verifier = VerifierKey::make(checkpoint.origin, key.public_key());
  return good && write_file(folder / "checkpoint", sign_checkpoint(checkpoint, key)) &&
         write_file(folder / "vkey", verifier.to_string() + "\n");
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace
}  // namespace lp::tlog

int main(int count, char** arguments) {
  const auto size = count >= 3 ? lp::tlog::number(arguments[2]) : std::nullopt;
  const auto fork = count == 4 ? lp::tlog::number(arguments[3]) : size;
  if (count > 4 || !size || !fork) {
    std::fputs("usage: write_log DIR SIZE [FORK]\n", stderr);
    return 2;
  }
  if (lp::tlog::write_log(arguments[1], *size, *fork)) return 0;
  std::perror("write_log");
  return 1;
}
