#include "core/roster_offer.h"

#include <algorithm>
#include <set>

namespace lp::core {
namespace {

std::unexpected<Refused> mismatch(const ProjectView& project, std::string_view what) {
  return refuse(Fault::roster_mismatch, {}, project.row.id + ": " + std::string(what));
}

}  // namespace

evidence::RosterHead first_roster_head(const ProjectView& project,
                                       const evidence::RosterEntry& entry, Instant time) {
  evidence::RosterHead head;
  head.origin = project.row.origin;
  head.version = 1;
  head.owners = {entry.spki};
  head.issuer = {{.spki = project.issuer_spki, .from = 0, .to = {}}};
  head.log = {{.vkey = project.log_vkey, .from = 0, .to = {}}};
  head.single_operator = true;
  head.marks = project.marks;
  // Nobody else vouches for the first entry; the roster says so for ever.
  head.marks.emplace_back("self_enrolled");
  std::ranges::sort(head.marks);
  head.tree_size = 1;
  head.tree_root = evidence::roster_tree_root({entry});
  head.time = time;
  return head;
}

bool roster_time_fits(Instant time, Instant now) {
  return time <= now && now - time <= roster_time_ms;
}

evidence::RosterHead next_roster_head(const evidence::RosterHead& previous,
                                      const std::vector<evidence::RosterEntry>& entries,
                                      Instant time) {
  evidence::RosterHead head = previous;
  head.version = previous.version + 1;
  head.prev = previous.sha256();
  head.owners.clear();
  std::set<std::string_view> reviewers;
  for (const auto& entry : entries) {
    if (!entry.has_key()) continue;
    const bool signs_rosters = entry.key_class == "device";
    if (signs_rosters && entry.has_role("owner")) head.owners.push_back(entry.spki);
    if (entry.has_role("reviewer")) reviewers.insert(entry.member);
  }
  head.single_operator = previous.single_operator && reviewers.size() < 2;
  head.tree_size = entries.size();
  head.tree_root = evidence::roster_tree_root(entries);
  head.time = time;
  return head;
}

bool hand_over(std::vector<evidence::IssuerRange>& issuers, const std::string& spki,
               std::uint64_t from) {
  if (issuers.empty() || issuers.back().to || from <= issuers.back().from) return false;
  if (std::ranges::find(issuers, spki, &evidence::IssuerRange::spki) != issuers.end()) return false;
  issuers.back().to = from;
  issuers.push_back({.spki = spki, .from = from, .to = {}});
  return true;
}

std::expected<FirstRoster, Refused> read_first_roster(const ProjectView& project,
                                                      std::string_view member,
                                                      std::string_view spki, std::string entry,
                                                      std::string head, std::string signature,
                                                      Instant now) {
  auto read_entry = evidence::RosterEntry::parse(entry);
  if (!read_entry) return mismatch(project, "the entry is not a roster entry");
  const bool as_offered = read_entry->member == member && read_entry->spki == spki &&
                          read_entry->roles == std::vector<std::string>{"owner", "reviewer"} &&
                          read_entry->groups.empty() && read_entry->key_class == "device" &&
                          read_entry->cosigned.empty() && !read_entry->rp_id && !read_entry->aaguid;
  if (!as_offered) return mismatch(project, "the entry is not the one that was offered");
  auto read_head = evidence::RosterHead::parse(head);
  if (!read_head) return mismatch(project, "the head is not a roster head");
  if (!roster_time_fits(read_head->time, now)) {
    return mismatch(project, "the time of the head is not of this setup");
  }
  if (first_roster_head(project, *read_entry, read_head->time).bytes() != head) {
    return mismatch(project, "the head is not what this server rebuilds");
  }
  const std::vector<evidence::OwnerSignature> signatures{
      {.spki = std::string(spki), .signature = std::move(signature)}};
  const auto verified = evidence::verify_roster(head, {*read_entry}, signatures, nullptr);
  if (!verified) return mismatch(project, "the signature does not verify");
  return FirstRoster{.entry = *std::move(read_entry),
                     .head = *std::move(read_head),
                     .document = {.head = std::move(head),
                                  .entries = {std::move(entry)},
                                  .signatures = evidence::signatures_text(signatures)}};
}

}  // namespace lp::core
