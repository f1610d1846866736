#include "core/erasing_again.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "evidence/erasure.h"

namespace lp::core {
namespace {

using Outcome = std::expected<void, std::string>;

constexpr int patience_ms = 2'000;

// What the log says of an erasure that has no tombstone: the crash came between the two, or the
// signer's state is another.
std::expected<Tombstone, std::string> tombstone_of(World& world, const store::Erasure& erasure) {
  const auto leaf = world.reader.leaf(erasure.project, erasure.leaf_index);
  if (!leaf) return std::unexpected(leaf.error().what);
  const auto record = *leaf ? evidence::ErasureRecord::find((*leaf)->evidence) : std::nullopt;
  const auto document = record ? evidence::ErasureDocument::parse(record->document) : std::nullopt;
  if (!document || document->request_id != erasure.request) {
    return std::unexpected(
        fmt::format("Request {} counts as erased, and no event says so.", erasure.request));
  }
  return Tombstone{.erasure = erasure, .indices = document->indices};
}

std::expected<std::vector<store::Erasure>, std::string> erasures_known(
    World& world, const std::vector<store::Project>& projects) {
  std::vector<store::Erasure> known;
  for (const auto& project : projects) {
    auto rows = world.reader.erasures(project.id, {}, std::numeric_limits<std::int64_t>::max());
    if (!rows) return std::unexpected(rows.error().what);
    known.insert(known.end(), rows->begin(), rows->end());
  }
  return known;
}

// The rows of a copy from before the erasure.
Outcome take_away(World& world, const Tombstone& tombstone) {
  store::Batch batch;
  batch.removals.emplace_back(
      store::EraseRequest{.erasure = tombstone.erasure, .indices = tombstone.indices});
  if (auto done = world.store.commit(batch); !done) return std::unexpected(done.error().what);
  log::warning("erasure.repeated", "This copy of the data held a request that was erased.",
               {{"request_id", tombstone.erasure.request}});
  return {};
}

// Puts up the tombstones that are missing; then there is one for each that the database knows of.
Outcome put_up(World& world, const std::vector<store::Erasure>& known,
               std::vector<Tombstone>& tombstones) {
  std::set<std::string_view> there;
  for (const Tombstone& tombstone : tombstones) there.insert(tombstone.erasure.request);
  std::vector<Tombstone> missing;
  for (const store::Erasure& erasure : known) {
    if (there.contains(erasure.request)) continue;
    auto tombstone = tombstone_of(world, erasure);
    if (!tombstone) return std::unexpected(tombstone.error());
    missing.push_back(*std::move(tombstone));
  }
  if (auto kept = world.tombstones.keep(missing); !kept) return std::unexpected(kept.error().what);
  std::ranges::move(missing, std::back_inserter(tombstones));
  return {};
}

// No file, and no byte in the write-ahead log.
Outcome clean_up(World& world, const std::vector<Tombstone>& tombstones) {
  for (const Tombstone& tombstone : tombstones) {
    if (auto gone = world.blobs.remove_of(tombstone.erasure.request); !gone) {
      return std::unexpected(gone.error().what);
    }
  }
  // Nobody reads yet: what stands in the way is another program on the file.
  const auto empty = world.store.scrub(patience_ms);
  if (!empty) return std::unexpected(empty.error().what);
  if (!*empty) {
    log::warning("store.scrub_waits",
                 "Another program reads the database: what was erased may still be in its "
                 "write-ahead log.");
  }
  return {};
}

}  // namespace

std::expected<void, std::string> erase_again(World& world) {
  auto tombstones = world.tombstones.all();
  if (!tombstones) return std::unexpected(tombstones.error());
  const auto projects = world.reader.projects();
  if (!projects) return std::unexpected(projects.error().what);
  const auto known = erasures_known(world, *projects);
  if (!known) return std::unexpected(known.error());
  if (auto done = put_up(world, *known, *tombstones); !done) return done;

  std::set<std::string_view> erased, there;
  for (const store::Erasure& erasure : *known) erased.insert(erasure.request);
  for (const store::Project& project : *projects) there.insert(project.id);
  for (const Tombstone& tombstone : *tombstones) {
    // A copy may be so old that it lacks the project.
    if (erased.contains(tombstone.erasure.request)) continue;
    if (!there.contains(tombstone.erasure.project)) continue;
    if (auto done = take_away(world, tombstone); !done) return done;
  }
  if (tombstones->empty()) return {};
  return clean_up(world, *tombstones);
}

}  // namespace lp::core
