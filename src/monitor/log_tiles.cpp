#include "monitor/log_tiles.h"

#include <algorithm>
#include <utility>

namespace lp::monitor {
namespace {

constexpr std::size_t hash_bytes = 32;

Alarm alarm_of(FetchFault fault) {
  switch (fault) {
    case FetchFault::unreachable:
      return Alarm::unreachable;
    case FetchFault::missing:
      return Alarm::withheld;
    case FetchFault::interrupted:
      break;
  }
  return Alarm::interrupted;
}

tlog::TileAddress address_of(bool entries, unsigned level, std::uint64_t number,
                             std::uint64_t size) {
  tlog::TileAddress address{.entries = entries, .level = level, .number = number};
  address.width = static_cast<unsigned>(tlog::tile_entries(address, size));
  return address;
}

}  // namespace

LogTiles::LogTiles(Source& source, std::string path, std::string origin)
    : source_(source), path_(std::move(path)), origin_(std::move(origin)) {}

Finding LogTiles::finding(Alarm alarm, std::string what, std::string evidence) const {
  return {
      .alarm = alarm, .origin = origin_, .what = std::move(what), .evidence = std::move(evidence)};
}

Found<std::string> LogTiles::fetch(const std::string& path) {
  auto bytes = source_.fetch(path_ + path);
  if (bytes) return *std::move(bytes);
  return std::unexpected(
      finding(alarm_of(bytes.error().fault), path_ + path + ": " + bytes.error().why));
}

Found<const std::vector<Digest>*> LogTiles::hashes(unsigned level, std::uint64_t number,
                                                   std::uint64_t size) {
  const auto address = address_of(false, level, number, size);
  for (const Kept& kept : kept_) {
    if (!kept.hashes.empty() && kept.address == address) return &kept.hashes;
  }
  const std::string path = tlog::tile_path(address);
  const auto bytes = fetch(path);
  if (!bytes) return std::unexpected(bytes.error());
  if (address.width == 0 || bytes->size() != address.width * hash_bytes) {
    return std::unexpected(finding(Alarm::wrong_tile, path + " is not of its length"));
  }
  std::vector<Digest> hashes;
  for (std::size_t at = 0; at < bytes->size(); at += hash_bytes) {
    hashes.push_back(*Digest::from_bytes(std::string_view(*bytes).substr(at, hash_bytes)));
  }
  Kept& kept = kept_[next_kept_];
  kept = {address, std::move(hashes)};
  next_kept_ = (next_kept_ + 1) % kept_.size();
  return &kept.hashes;
}

Found<std::vector<std::string>> LogTiles::entries(std::uint64_t number, std::uint64_t size) {
  const auto address = address_of(true, 0, number, size);
  const std::string path = tlog::tile_path(address);
  const auto bytes = fetch(path);
  if (!bytes) return std::unexpected(bytes.error());
  auto entries = read_entry_bundle(*bytes, address.width);
  if (!entries) {
    return std::unexpected(finding(Alarm::wrong_leaf, path + " is no bundle of its entries"));
  }
  return *std::move(entries);
}

std::optional<Digest> LogTiles::hash_at(unsigned level, std::uint64_t position,
                                        std::uint64_t size) {
  const auto tile = hashes(level, position / tlog::tile_width, size);
  if (!tile) {
    why_not_ = tile.error();
    return std::nullopt;
  }
  const std::uint64_t within = position % tlog::tile_width;
  return within < (*tile)->size() ? std::optional((**tile)[within]) : std::nullopt;
}

tlog::HashReader LogTiles::tree(std::uint64_t size) {
  why_not_.reset();
  return tlog::reader_over_tiles(
      [this, size](unsigned level, std::uint64_t position) {
        return hash_at(level, position, size);
      },
      size);
}

Finding LogTiles::why_not() const {
  return why_not_.value_or(finding(Alarm::wrong_tile, "the tiles are not those of a tree"));
}

std::optional<std::vector<std::string>> read_entry_bundle(std::string_view bytes,
                                                          std::uint64_t count) {
  constexpr std::size_t length_bytes = 2;
  std::vector<std::string> entries;
  while (!bytes.empty() && entries.size() < count) {
    if (bytes.size() < length_bytes) return std::nullopt;
    const std::size_t length = std::size_t{static_cast<unsigned char>(bytes[0])} << 8U |
                               static_cast<unsigned char>(bytes[1]);
    if (bytes.size() - length_bytes < length) return std::nullopt;
    entries.emplace_back(bytes.substr(length_bytes, length));
    bytes.remove_prefix(length_bytes + length);
  }
  if (!bytes.empty() || entries.size() != count) return std::nullopt;
  return entries;
}

}  // namespace lp::monitor
