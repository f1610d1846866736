#include "cli/root_check.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/closing.h"
#include "crypto/hash.h"
#include "evidence/anchor.h"
#include "tlog/tile.h"

namespace lp::cli {
namespace {

constexpr std::uint64_t rows_at_once = 1'024;

}  // namespace

RootCheck::RootCheck(store::Reader& reader, const core::Keys& keys, std::string only)
    : reader_(reader), keys_(keys), only_(std::move(only)) {}

std::optional<std::string> RootCheck::load() {
  const auto projects = reader_.projects();
  if (!projects) return projects.error().what;
  for (const auto& row : *projects) projects_[row.id].origin = row.origin;
  return std::nullopt;
}

// The leaves up to `size` into the project's tree.
std::optional<std::string> RootCheck::extend(const std::string& id, Project& project,
                                             std::uint64_t size) {
  while (project.range.size() < size) {
    const std::uint64_t first = project.range.size();
    const auto hashes = reader_.leaf_hashes(id, first, std::min(rows_at_once, size - first));
    if (!hashes) return hashes.error().what;
    if (hashes->empty()) return "it is of a checkpoint beyond the project's leaves";
    for (const Digest& hash : *hashes) project.range.append(hash);
  }
  return std::nullopt;
}

std::optional<std::string> RootCheck::append(const Digest& leaf_hash) {
  std::optional<std::string> wrong;
  range_.append(leaf_hash, [&](unsigned level, std::uint64_t position, const Digest& hash) {
    if (level == 0 || level % tlog::tile_height != 0 || wrong) return;
    ++upper_hashes_;
    const auto stored = reader_.anchor_upper_hashes(level / tlog::tile_height, position, 1);
    if (!stored || stored->size() != 1 || stored->front() != hash) {
      wrong = fmt::format("hash {} of tile level {} is not that of the entries", position,
                          level / tlog::tile_height);
    }
  });
  return wrong;
}

std::optional<std::string> RootCheck::entry(const store::Anchor& row) {
  if (row.index != range_.size()) return "an entry before it is gone";
  const auto found = projects_.find(row.project);
  if (found == projects_.end()) return "it is of a project that there is not";
  auto& [id, project] = *found;
  const auto anchor = evidence::read_anchor(row.leaf);
  if (!anchor || anchor->origin_sha256 != crypto::sha256(project.origin) ||
      row.leaf_hash != tlog::leaf_hash(row.leaf)) {
    return "it is malformed, or of another log";
  }
  if (row.size <= project.anchored) return "its size is not above that of the entry before";
  project.anchored = row.size;
  if (only_.empty() || id == only_) {
    if (auto wrong = extend(id, project, row.size)) return wrong;
    if (evidence::anchor_leaf({project.origin, row.size, project.range.root()}) != row.leaf) {
      return "it is of a checkpoint that the project's leaves do not lead to";
    }
  }
  return append(row.leaf_hash);
}

// Kept, but settled by the row key: a witness can always be asked again, so one may be missing.
std::optional<std::string> RootCheck::cosigned_heads(const std::string& root) {
  const auto heads = reader_.cosigned_heads();
  if (!heads) return heads.error().what;
  for (const store::CosignedHead& head : *heads) {
    // Also of the root logs before this one, of which nothing is read any more.
    const std::string_view first = std::string_view(root).substr(0, root.rfind("/root") + 5);
    const bool known =
        head.origin.starts_with(first) || std::ranges::any_of(projects_, [&](const auto& one) {
          return one.second.origin == head.origin ||
                 core::own_head_name(one.second.origin) == head.origin;
        });
    if (!known || keys_.row_mac(head) != head.mac) {
      return "what witnesses cosigned of " + head.origin + " was changed";
    }
  }
  return std::nullopt;
}

std::optional<std::string> RootCheck::run(const std::string& note, const tlog::VerifierKey& key) {
  if (auto wrong = load()) return wrong;
  if (auto wrong = cosigned_heads(key.name)) return wrong;
  const auto head = tlog::open_checkpoint(note, key);
  const auto count = reader_.root_row_count();
  if (!count) return count.error().what;
  // A directory that no server has opened since there are root logs has neither.
  if (note.empty() && *count == 0) return std::nullopt;
  if (!head) return "the signer's last checkpoint of the root log does not verify";
  const auto is_head = [&] { return range_.size() == head->size && range_.root() == head->root; };
  bool signed_here = is_head();
  while (true) {
    const auto rows = reader_.anchors(range_.size(), rows_at_once);
    if (!rows) return rows.error().what;
    if (rows->empty()) break;
    for (const store::Anchor& row : *rows) {
      if (auto wrong = entry(row)) return fmt::format("root log, entry {}: {}", row.index, *wrong);
      signed_here = signed_here || is_head();
    }
  }
  if (!signed_here) return "the entries of the root log are not what its signer signed";
  const auto rows = reader_.root_row_count();
  if (!rows) return rows.error().what;
  if (*rows != range_.size() + upper_hashes_) return "the root log has rows beside its entries";
  return std::nullopt;
}

}  // namespace lp::cli
