#include "core/log_reader.h"

#include <algorithm>

#include "core/tiles.h"

namespace lp::core {
namespace {

constexpr std::uint64_t searched_max = 65'536;

}  // namespace

LogReader::LogReader(store::Reader& reader, std::string project, std::string note,
                     tlog::Checkpoint checkpoint)
    : reader_(&reader),
      project_(std::move(project)),
      note_(std::move(note)),
      checkpoint_(std::move(checkpoint)),
      hashes_(hashes_of_log(reader, project_, checkpoint_.size, checkpoint_.origin)) {}

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

std::optional<std::vector<Digest>> LogReader::inclusion(std::uint64_t index, std::uint64_t size) {
  if (size > checkpoint_.size) return std::nullopt;
  return tlog::inclusion_proof(index, size, hashes_);
}

std::optional<std::vector<Digest>> LogReader::consistency(std::uint64_t from, std::uint64_t to) {
  if (to > checkpoint_.size) return std::nullopt;
  return tlog::consistency_proof(from, to, hashes_);
}

std::optional<tlog::Proof> LogReader::proof(std::uint64_t index) {
  auto path = inclusion(index, checkpoint_.size);
  const auto leaf = path ? hashes_(0, index) : std::nullopt;
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
