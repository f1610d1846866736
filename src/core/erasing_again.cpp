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
#include "core/directory_rows.h"
#include "core/erasing_people.h"
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
  return Tombstone{.erasure = erasure, .indices = document->indices, .record = (*leaf)->evidence};
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

// The rows of a copy from before the erasure, whose log has no event that says so: what owners
// signed stands in the row then, for whoever verifies that log.
Outcome take_away(World& world, const Tombstone& tombstone) {
  store::Batch batch;
  store::EraseRequest removal{.erasure = tombstone.erasure, .indices = tombstone.indices};
  removal.erasure.record = tombstone.record;
  batch.removals.emplace_back(std::move(removal));
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
  if (auto kept = world.tombstones.keep(missing, {}); !kept)
    return std::unexpected(kept.error().what);
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

// Requests: a tombstone for each erasure, and no row of any.
Outcome erase_requests(World& world, const std::vector<store::Project>& projects,
                       std::vector<Tombstone>& tombstones) {
  const auto known = erasures_known(world, projects);
  if (!known) return std::unexpected(known.error());
  if (auto done = put_up(world, *known, tombstones); !done) return done;
  std::set<std::string_view> erased, there;
  for (const store::Erasure& erasure : *known) erased.insert(erasure.request);
  for (const store::Project& project : projects) there.insert(project.id);
  for (const Tombstone& tombstone : tombstones) {
    // A copy may be so old that it lacks the project.
    if (erased.contains(tombstone.erasure.request)) continue;
    if (!there.contains(tombstone.erasure.project)) continue;
    if (auto done = take_away(world, tombstone); !done) return done;
  }
  return {};
}

// That the log says so of the person, where the database does and no tombstone.
Outcome check_said(World& world, const store::MemberErasure& erasure) {
  const auto leaf = world.reader.leaf(erasure.project, erasure.leaf_index);
  if (!leaf) return std::unexpected(leaf.error().what);
  const auto record = *leaf ? evidence::ErasureRecord::find((*leaf)->evidence) : std::nullopt;
  const auto document = record ? evidence::ErasureDocument::parse(record->document) : std::nullopt;
  if (!document || document->subject != erasure.member) {
    return std::unexpected(
        fmt::format("Member {} counts as erased, and no event says so.", erasure.member));
  }
  return {};
}

// Of each person whom the database knows as erased.
std::expected<std::vector<PersonTombstone>, std::string> people_known(World& world,
                                                                      const Directory& directory) {
  const auto rows = world.reader.member_erasures();
  if (!rows) return std::unexpected(rows.error().what);
  std::vector<PersonTombstone> known;
  for (const auto& [id, member] : directory.members) {
    if (!member.erased) continue;
    PersonTombstone tombstone{.member = id, .at = *member.erased, .erasures = {}};
    for (const store::MemberErasure& row : *rows) {
      if (row.member == id) tombstone.erasures.push_back(row);
    }
    known.push_back(std::move(tombstone));
  }
  return known;
}

// Writes the batch that takes a person's name out of a copy from before, with the seal over what
// the directory is after it.
Outcome take_name(World& world, const PersonTombstone& tombstone) {
  auto directory = read_directory(world.reader);
  if (!directory) return std::unexpected(directory.error());
  const auto seal = check_seal(world.reader, world.keys, *directory);
  if (!seal) return std::unexpected(seal.error());
  // What somebody else wrote is not sealed here: the start ends over it, with its own words.
  if (*seal == DirectorySeal::broken) return {};
  const auto heads = world.reader.log_heads();
  if (!heads) return std::unexpected(heads.error().what);
  // A log that is older than the erasure does not say so, and no row says that it does.
  store::EraseMember removal = tombstone;
  std::erase_if(removal.erasures, [&](const store::MemberErasure& erasure) {
    const auto head = std::ranges::find(*heads, erasure.project, &store::LogHead::project);
    return head == heads->end() || erasure.leaf_index >= head->size;
  });
  store::Batch batch;
  batch.removals.emplace_back(std::move(removal));
  if (*seal == DirectorySeal::holds) {
    erase_from(*directory, tombstone.member, tombstone.at);
    batch.settings.push_back(
        {.name = "directory_mac", .value = world.keys.directory_mac(*directory).hex()});
  }
  if (auto done = world.store.commit(batch); !done) return std::unexpected(done.error().what);
  log::warning("erasure.repeated", "This copy of the data knew somebody who was erased.",
               {{"member", tombstone.member}});
  return {};
}

// People: likewise.
Outcome erase_people(World& world, std::vector<PersonTombstone>& tombstones) {
  const auto directory = read_directory(world.reader);
  if (!directory) return std::unexpected(directory.error());
  const auto known = people_known(world, *directory);
  if (!known) return std::unexpected(known.error());
  const auto among = [](const std::vector<PersonTombstone>& people, const std::string& member) {
    return std::ranges::find(people, member, &PersonTombstone::member) != people.end();
  };
  for (const PersonTombstone& tombstone : tombstones) {
    // A copy may be so old that it has never heard of them.
    if (among(*known, tombstone.member)) continue;
    if (!directory->members.contains(tombstone.member)) continue;
    if (auto done = take_name(world, tombstone); !done) return done;
  }
  std::vector<PersonTombstone> missing;
  for (const PersonTombstone& person : *known) {
    if (among(tombstones, person.member)) continue;
    for (const store::MemberErasure& erasure : person.erasures) {
      if (auto said = check_said(world, erasure); !said) return said;
    }
    missing.push_back(person);
  }
  if (auto kept = world.tombstones.keep({}, missing); !kept) {
    return std::unexpected(kept.error().what);
  }
  std::ranges::move(missing, std::back_inserter(tombstones));
  return {};
}

}  // namespace

std::expected<void, std::string> erase_again(World& world) {
  auto tombstones = world.tombstones.all();
  if (!tombstones) return std::unexpected(tombstones.error());
  auto people = world.tombstones.people();
  if (!people) return std::unexpected(people.error());
  const auto projects = world.reader.projects();
  if (!projects) return std::unexpected(projects.error().what);
  if (auto done = erase_requests(world, *projects, *tombstones); !done) return done;
  if (auto done = erase_people(world, *people); !done) return done;
  if (tombstones->empty() && people->empty()) return {};
  return clean_up(world, *tombstones);
}

}  // namespace lp::core
