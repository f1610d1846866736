#include "core/log_rotation.h"

#include <fmt/core.h>

#include <string>
#include <utility>

#include "base/log.h"
#include "core/log_owners.h"
#include "core/rotation.h"

namespace lp::core {
namespace {

std::unexpected<Refused> not_drafted(Notary::Fault fault) {
  if (fault == Notary::Fault::away) return refuse(Fault::signer_unavailable);
  // What keeps the keys cannot write them.
  return refuse(Fault::disk_reserve);
}

}  // namespace

std::expected<void, Refused> draft_log_key(Work& work, evidence::RosterWish& wish,
                                           const std::vector<store::RosterProposal>& waiting) {
  const auto log = work.log(wish.project);
  if (!log) return std::unexpected(log.error());
  const ProjectView& project = *work.directory().project(wish.project);
  if (!project.roster) {
    return refuse(Fault::roster_mismatch, {},
                  project.row.name + ": its first roster is not signed");
  }
  const auto keys = work.world.notary.keys((*log)->origin);
  if (!keys) return not_drafted(Notary::Fault::away);
  // An owner's signature for the key that waits is on its way, in this batch.
  if (keys->ranges != project.roster->log) {
    return refuse(Fault::stale, {}, project.row.name + ": its log key is being handed over");
  }
  for (const auto& other : waiting) {
    if (other.wish.act != evidence::RosterAct::rotate_log_key) continue;
    if (other.wish.project != wish.project) continue;
    work.batch.removals.emplace_back(store::DeleteRosterProposal{.id = other.id});
  }
  auto vkey = work.world.notary.draft((*log)->origin);
  if (!vkey) return not_drafted(vkey.error());
  wish.vkey = *std::move(vkey);
  return {};
}

std::expected<evidence::LogKeyRanges, Refused> rotated_log_keys(
    const Work& work, const ProjectView& project, const std::optional<evidence::RosterWish>& wish,
    const evidence::RosterHead& head) {
  const auto mismatch = [&project](std::string_view what) {
    return refuse(Fault::roster_mismatch, {}, project.row.name + ": " + std::string(what));
  };
  const bool asked = wish && wish->act == evidence::RosterAct::rotate_log_key &&
                     wish->project == project.row.id && !head.log.empty();
  if (!asked) return mismatch("the head is not what this server rebuilds");
  const auto keys = work.world.notary.keys(project.row.origin);
  if (!keys) return not_drafted(Notary::Fault::away);
  if (keys->next != wish->vkey) {
    return refuse(Fault::stale, {}, project.row.name + ": another key was drafted by now");
  }
  const std::uint64_t from = head.log.back().from;
  const std::uint64_t size = work.world.logs.find(project.row.id)->second.range.size();
  if (from <= size) {
    return refuse(
        Fault::stale, {},
        fmt::format("{}: the key was to sign trees of {} entries and more, and the log has {} by "
                    "now",
                    project.row.name, from, size));
  }
  if (from - size > rotation_lead_max) return mismatch("the key would sign too late");
  auto ranges = project.roster->log;
  if (!evidence::hand_over(ranges, wish->vkey, from)) {
    return mismatch("the head is not what this server rebuilds");
  }
  return ranges;
}

std::expected<void, Notary::Fault> show_rosters(World& world, ProjectLog& log,
                                                std::uint64_t version) {
  if (log.shown_roster >= version) return {};
  std::vector<Notary::SignedRoster> versions;
  for (std::uint64_t next = log.shown_roster + 1; next <= version; ++next) {
    auto stored = world.reader.roster(log.head.project, next);
    if (!stored || !*stored) {
      log::error("roster.missing", "A version of a roster cannot be read back.",
                 {{"project", log.head.project}, {"version", next}});
      return std::unexpected(Notary::Fault::refused);
    }
    versions.push_back(
        {.head = std::move((*stored)->head), .signatures = std::move((*stored)->signatures)});
  }
  if (auto shown = world.notary.follow(log.origin, versions); !shown) return shown;
  log.shown_roster = version;
  return {};
}

}  // namespace lp::core
