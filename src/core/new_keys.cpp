#include "core/new_keys.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/assert.h"
#include "core/demo.h"
#include "core/work.h"
#include "evidence/roster_marks.h"
#include "store/change.h"

namespace lp::core {
namespace {

using evidence::RosterEntry;
using Found = std::optional<store::Roster>;

bool all_of(const std::vector<std::string>& wanted, const std::vector<std::string>& there) {
  return std::ranges::all_of(wanted,
                             [&](const auto& one) { return std::ranges::count(there, one) > 0; });
}

// The entry of the same key and member which has at least these roles and groups.
std::optional<RosterEntry> same_in(const store::Roster& version, const RosterEntry& entry) {
  for (const std::string& bytes : version.entries) {
    auto one = RosterEntry::parse(bytes);
    if (one && one->spki == entry.spki && one->member == entry.member &&
        all_of(entry.roles, one->roles) && all_of(entry.groups, one->groups)) {
      return one;
    }
  }
  return std::nullopt;
}

store::Result<Found> version_of(store::Reader& rows, const store::Batch* uncommitted,
                                std::string_view project, std::uint64_t version) {
  if (uncommitted != nullptr) {
    for (const store::Write& write : uncommitted->writes.all()) {
      const auto* roster = std::get_if<store::Roster>(&write);
      if (roster != nullptr && roster->project == project && roster->version == version) {
        return *roster;
      }
    }
  }
  return rows.roster(project, version);
}

// The project whose log this one took the place of, or null.
const ProjectView* predecessor(const Directory& directory, const std::string& project) {
  const auto found = std::ranges::find_if(directory.successors,
                                          [&](const auto& pair) { return pair.second == project; });
  return found == directory.successors.end() ? nullptr : directory.project(found->first);
}

}  // namespace

std::int64_t new_key_wait_ms(const EngineOptions& options, const ProjectView& project) {
  if (project.row.single_operator || !project.roster) return 0;
  if (evidence::is_marked(*project.roster, "test")) return 0;
  if (evidence::is_marked(*project.roster, demo_mark)) return options.new_key_wait_ms;
  return std::max(options.new_key_wait_ms, options.new_key_wait_ms_min);
}

store::Result<std::optional<Instant>> counts_from(store::Reader& rows, const Directory& directory,
                                                  const ProjectView& project,
                                                  const RosterEntry& entry, std::int64_t wait_ms,
                                                  Instant now, const store::Batch* uncommitted) {
  using Answer = std::optional<Instant>;
  if (wait_ms == 0 || !entry.cosigned.empty()) return Answer{};
  Instant since = now;  // what no version is found for has only come
  bool newest = true;
  for (const ProjectView* log = &project; log != nullptr;
       log = predecessor(directory, log->row.id)) {
    for (std::uint64_t version = log->row.roster_version; version > 0; --version) {
      const auto stored = version_of(rows, uncommitted, log->row.id, version);
      if (!stored) return std::unexpected(stored.error());
      if (!*stored) return Answer(since + wait_ms);
      // In the one in force it stands for certain: the caller has it from there.
      if (!newest) {
        const auto before = same_in(**stored, entry);
        if (!before) return Answer(since + wait_ms);
        if (!before->cosigned.empty()) return Answer{};
      }
      newest = false;
      since = (*stored)->created;
      if (now - since >= wait_ms) return Answer{};
    }
  }
  // It was there from the first version on: the founder's.
  return Answer{};
}

std::expected<void, Refused> check_key_counts(const Work& work, const ProjectView& project,
                                              const RosterEntry& entry, evidence::Level level,
                                              std::string_view request) {
  if (level < evidence::Level::high) return {};
  const auto from =
      counts_from(work.world.rows, work.directory(), project, entry,
                  new_key_wait_ms(work.world.options, project), work.now, &work.batch);
  LP_ASSERT(from.has_value());
  if (!*from) return {};
  return refuse(Fault::key_too_new, request, to_string(**from));
}

std::string new_key_sentence(Instant counts_at) {
  return fmt::format(
      "This key is new: it counts at high and critical from {}, or when a second owner has "
      "cosigned it.",
      to_string(counts_at));
}

std::vector<NewKey> new_keys(Engine& engine, Instant now) {
  std::vector<NewKey> found;
  const DirectoryPtr directory = engine.directory();
  for (const auto& [id, project] : directory->projects) {
    if (directory->succeeded(id)) continue;
    const std::int64_t wait_ms = new_key_wait_ms(engine.options(), project);
    if (wait_ms == 0) continue;
    for (const RosterEntry& entry : project.entries) {
      if (!entry.has_key() || !(entry.has_role("reviewer") || entry.has_role("owner"))) continue;
      const auto from = counts_from(engine.reader(), *directory, project, entry, wait_ms, now);
      // Unreadable rows are told by what reads them to decide; here they hide nothing that counts.
      const Instant counts_at = from ? from->value_or(now) : now + wait_ms;
      if (from && !*from) continue;
      found.push_back({.project = id,
                       .member = entry.member,
                       .key = evidence::key_id(entry.spki),
                       .counts_at = counts_at});
    }
  }
  return found;
}

std::string lowered_wait(const EngineOptions& options, const Directory& directory) {
  constexpr std::int64_t usual_ms = 24LL * 3'600'000;
  if (options.new_key_wait_ms >= usual_ms) return {};
  const bool demo = is_demo(directory) || !directory.set_up;
  const std::int64_t least_ms = demo ? 0 : options.new_key_wait_ms_min;
  return fmt::format(
      "people.new_key_wait_ms is lowered: a new key counts at high and critical after {} minutes "
      "instead of a day{}.",
      std::max(options.new_key_wait_ms, least_ms) / 60'000,
      options.new_key_wait_ms < least_ms ? ", for less is only for a demonstration" : "");
}

}  // namespace lp::core
