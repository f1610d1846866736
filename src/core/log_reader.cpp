#include "core/log_reader.h"

#include <algorithm>

namespace lp::core {
namespace {

constexpr std::uint64_t searched_max = 65'536;

}  // namespace

LogReader::LogReader(store::Reader& reader, std::string project, std::string note,
                     tlog::Checkpoint checkpoint)
    : reader_(&reader),
      project_(std::move(project)),
      note_(std::move(note)),
      checkpoint_(std::move(checkpoint)) {}

std::optional<LogReader> LogReader::open(store::Reader& reader, const ProjectView& project) {
  const auto text = project.live->checkpoint.load();
  return text ? at(reader, project.row.id, *text) : std::nullopt;
}

std::optional<LogReader> LogReader::at(store::Reader& reader, std::string project,
                                       const std::string& text) {
  const auto note = tlog::Note::parse(text);
  auto checkpoint = note ? tlog::Checkpoint::parse_body(note->body) : std::nullopt;
  if (!checkpoint) return std::nullopt;
  return LogReader(reader, std::move(project), text, *std::move(checkpoint));
}

std::optional<Digest> LogReader::hash_at(unsigned tile_level, std::uint64_t position) {
  const std::uint64_t number = position / tlog::tile_width;
  auto tile = tiles_.find({tile_level, number});
  if (tile == tiles_.end()) {
    const std::uint64_t first = number * tlog::tile_width;
    auto hashes = tile_level == 0
                      ? reader_->leaf_hashes(project_, first, tlog::tile_width)
                      : reader_->upper_hashes(project_, tile_level, first, tlog::tile_width);
    if (!hashes) return std::nullopt;
    tile = tiles_.emplace(std::pair{tile_level, number}, *std::move(hashes)).first;
  }
  const std::uint64_t within = position % tlog::tile_width;
  if (within >= tile->second.size()) return std::nullopt;
  return tile->second[within];
}

tlog::HashReader LogReader::tree(std::uint64_t size) {
  return tlog::reader_over_tiles(
      [this](unsigned tile_level, std::uint64_t position) { return hash_at(tile_level, position); },
      size);
}

std::optional<std::vector<Digest>> LogReader::inclusion(std::uint64_t index, std::uint64_t size) {
  if (size > checkpoint_.size) return std::nullopt;
  return tlog::inclusion_proof(index, size, tree(size));
}

std::optional<std::vector<Digest>> LogReader::consistency(std::uint64_t from, std::uint64_t to) {
  if (to > checkpoint_.size) return std::nullopt;
  return tlog::consistency_proof(from, to, tree(to));
}

std::optional<tlog::Proof> LogReader::proof(std::uint64_t index) {
  auto path = inclusion(index, checkpoint_.size);
  const auto leaf = path ? hash_at(0, index) : std::nullopt;
  if (!leaf || !tlog::verify_inclusion(*leaf, index, checkpoint_.size, *path, checkpoint_.root)) {
    return std::nullopt;
  }
  return tlog::Proof{
      .extra = std::nullopt, .index = index, .path = *std::move(path), .checkpoint = note_};
}

std::optional<std::uint64_t> LogReader::find(const Digest& leaf_hash) {
  std::uint64_t end = checkpoint_.size;
  const std::uint64_t stop = end > searched_max ? end - searched_max : 0;
  while (end > stop) {
    const std::uint64_t first = std::max(stop, end - std::min(end, tlog::tile_width));
    const auto hashes = reader_->leaf_hashes(project_, first, end - first);
    if (!hashes) return std::nullopt;
    const auto found = std::ranges::find(*hashes, leaf_hash);
    if (found != hashes->end()) {
      return first + static_cast<std::uint64_t>(found - hashes->begin());
    }
    end = first;
  }
  return std::nullopt;
}

store::Result<std::string> tile_bytes(store::Reader& reader, const std::string& project,
                                      const tlog::TileAddress& address) {
  const std::uint64_t first = address.number * tlog::tile_width;
  std::string bytes;
  if (address.entries) {
    const auto leaves = reader.leaf_bodies(project, first, address.width);
    if (!leaves) return std::unexpected(leaves.error());
    for (const std::string& leaf : *leaves) bytes += tlog::bundle_entry(leaf);
    return bytes;
  }
  const auto hashes = address.level == 0
                          ? reader.leaf_hashes(project, first, address.width)
                          : reader.upper_hashes(project, address.level, first, address.width);
  if (!hashes) return std::unexpected(hashes.error());
  for (const Digest& hash : *hashes) bytes += hash.view();
  return bytes;
}

}  // namespace lp::core
