#include "core/log_owners.h"

#include <utility>

#include "evidence/log_keys.h"
#include "evidence/roster_document.h"

namespace lp::core {
namespace {

constexpr std::string_view prefix = "roster\n";

// Whether the keys were these once: a start of what they are now, the last of it without end.
bool were(const evidence::LogKeyRanges& keys, const evidence::LogKeyRanges& now) {
  if (keys.empty() || keys.size() > now.size()) return false;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const bool last = i + 1 == keys.size();
    const auto end = last ? std::optional<std::uint64_t>() : now[i].to;
    if (keys[i].vkey != now[i].vkey || keys[i].from != now[i].from || keys[i].to != end) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::string roster_record(std::string_view origin) {
  return std::string(prefix).append(origin);
}

bool is_roster_record(std::string_view name) {
  return name.starts_with(prefix);
}

std::expected<std::optional<evidence::RosterHead>, Notary::Fault> followed_roster(
    const store::LockStore& locks, std::string_view origin) {
  const auto& notes = locks.notes();
  const auto found = notes.find(roster_record(origin));
  if (found == notes.end()) return std::nullopt;
  auto head = evidence::RosterHead::parse(found->second);
  if (!head || head->origin != origin) return std::unexpected(Notary::Fault::refused);
  return head;
}

std::uint64_t signed_size(const store::LockStore& locks, const std::string& origin) {
  const auto& notes = locks.notes();
  const auto found = notes.find(origin);
  const auto note = found == notes.end() ? std::nullopt : tlog::Note::parse(found->second);
  const auto head = note ? tlog::Checkpoint::parse_body(note->body) : std::nullopt;
  return head ? head->size : 0;
}

std::expected<void, Notary::Fault> LogOwners::follow(const std::string& origin,
                                             const std::vector<Notary::SignedRoster>& versions) {
  auto newest = followed_roster(locks_, origin);
  if (!newest) return std::unexpected(newest.error());
  bool grew = false;
  for (const Notary::SignedRoster& version : versions) {
    auto head = evidence::RosterHead::parse(version.head);
    const auto signatures = evidence::read_signatures(version.signatures);
    if (!head || !signatures || head->origin != origin) return std::unexpected(Notary::Fault::refused);
    const evidence::RosterHead* const before = *newest ? &**newest : nullptr;
    if (before != nullptr && head->version <= before->version) {
      if (head->version == before->version && head->sha256() != before->sha256()) {
        return std::unexpected(Notary::Fault::refused);
      }
      continue;
    }
    if (!evidence::verify_roster_head(*head, *signatures, before)) {
      return std::unexpected(Notary::Fault::refused);
    }
    if (auto taken = take(before, *head); !taken) return taken;
    *newest = *std::move(head);
    grew = true;
  }
  if (!grew) return {};
  // A crash before this leaves a key in force whose roster is shown once more, and fits.
  if (!locks_.put({{roster_record(origin), (*newest)->bytes()}})) {
    return std::unexpected(Notary::Fault::not_kept);
  }
  return {};
}

// What a version says of the log's keys, made true or found to be so.
std::expected<void, Notary::Fault> LogOwners::take(const evidence::RosterHead* before,
                                           const evidence::RosterHead& head) {
  if (before != nullptr && !were(before->log, head.log)) return std::unexpected(Notary::Fault::refused);
  auto keys = secret_.ranges(head.origin);
  if (were(head.log, keys)) return {};
  const std::string next = secret_.next(head.origin);
  const std::uint64_t from = head.log.empty() ? 0 : head.log.back().from;
  const bool hands_over = !next.empty() && evidence::hand_over(keys, next, from) &&
                          keys == head.log && from > signed_size(locks_, head.origin);
  if (!hands_over) return std::unexpected(Notary::Fault::refused);
  // Kept before what the owners signed is called followed, and before anything is signed with it.
  if (!secret_.hand_over(head.origin, from)) return std::unexpected(Notary::Fault::not_kept);
  return {};
}

}  // namespace lp::core
