#include "core/rotation.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "core/roster_offer.h"
#include "evidence/statement.h"

namespace lp::core {
namespace {

// The roster that hands over is itself an entry, as are a few events that may be on their way.
constexpr std::uint64_t lead_min = 16;
constexpr std::uint64_t looked_back = 8'192;  // leaves, to see how fast the log grows
constexpr std::int64_t ahead_ms = 5'000;      // from the last word of the server to the roster

}  // namespace

store::Result<std::uint64_t> rotation_index(store::Reader& reader, const ProjectView& project,
                                            evidence::RosterAct act, Instant now) {
  const std::uint64_t last = act == evidence::RosterAct::rotate_log_key
                                 ? project.log_keys().back().from
                                 : project.issuers().back().from;
  // A key that waits for its turn keeps one entry at least.
  const std::uint64_t size = std::max(project.live->signed_size.load(), last + 1);
  const std::uint64_t grown = std::min(project.live->signed_size.load(), looked_back);
  if (grown == 0) return size + lead_min;
  const auto leaf = reader.leaf(project.row.id, project.live->signed_size - grown);
  if (!leaf) return std::unexpected(leaf.error());
  // Of an entry that was erased nobody knows when it was written: as if all of them were new.
  const auto statement = *leaf ? evidence::read_statement((*leaf)->statement)
                               : std::unexpected(evidence::StatementFault::malformed);
  const std::int64_t since_ms = statement ? std::max(now - statement->time, ahead_ms) : ahead_ms;
  return size + lead_min +
         grown * static_cast<std::uint64_t>(ahead_ms) / static_cast<std::uint64_t>(since_ms);
}

std::expected<void, Refused> draft_issuer(Work& work, evidence::RosterWish& wish,
                                          const std::vector<store::RosterProposal>& waiting) {
  const auto log = work.log(wish.project);
  if (!log) return std::unexpected(log.error());
  const ProjectView& project = *work.directory().project(wish.project);
  if (!project.roster) {
    return refuse(Fault::roster_mismatch, {},
                  project.row.name + ": its first roster is not signed");
  }
  for (const auto& other : waiting) {
    if (other.wish.act != evidence::RosterAct::rotate_issuer) continue;
    if (other.wish.project != wish.project) continue;
    work.batch.removals.emplace_back(store::DeleteRosterProposal{.id = other.id});
  }
  std::set<std::string> named;
  for (const auto& range : project.roster->issuer) named.insert(range.spki);
  IssuerKeys& keys = work.world.keys.later_issuers();
  if (!keys.keep_only(project.row.origin, named)) return refuse(Fault::disk_reserve);
  auto spki = keys.make(project.row.origin, work.world.entropy);
  if (!spki) return refuse(Fault::disk_reserve);
  wish.spki = *std::move(spki);
  return {};
}

std::expected<std::vector<evidence::IssuerRange>, Refused> rotated_issuers(
    const Work& work, const ProjectView& project, const std::optional<evidence::RosterWish>& wish,
    const evidence::RosterHead& head) {
  const auto mismatch = [&project](std::string_view what) {
    return refuse(Fault::roster_mismatch, {}, project.row.name + ": " + std::string(what));
  };
  const bool asked = wish && wish->act == evidence::RosterAct::rotate_issuer &&
                     wish->project == project.row.id && !head.issuer.empty();
  if (!asked) return mismatch("the head is not what this server rebuilds");
  // Its file was removed when another key was drafted.
  if (!work.world.keys.later_issuers().find(wish->spki)) {
    return refuse(Fault::stale, {}, project.row.name + ": another key was drafted by now");
  }
  const std::uint64_t from = head.issuer.back().from;
  const std::uint64_t size = work.world.logs.find(project.row.id)->second.range.size();
  if (from <= size) {
    return refuse(Fault::stale, {},
                  fmt::format("{}: the key was to sign from entry {} on, and the log has {} by now",
                              project.row.name, from, size));
  }
  if (from - size > rotation_lead_max) return mismatch("the key would sign too late");
  auto ranges = project.roster->issuer;
  if (!hand_over(ranges, wish->spki, from))
    return mismatch("the head is not what this server rebuilds");
  return ranges;
}

}  // namespace lp::core
