#include "core/roster_book.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "evidence/cosignature.h"

namespace lp::core {

RosterBook::RosterBook(store::Reader& reader, std::string project, std::uint64_t newest)
    : reader_(reader), project_(std::move(project)), newest_(newest), unread_(newest) {}

const std::vector<evidence::RosterEntry>* RosterBook::find(const Digest& roster_sha256) {
  auto found = read_.find(roster_sha256);
  while (found == read_.end() && unread_ > 0) {
    const auto stored = reader_.roster(project_, unread_--);
    if (!stored || !*stored) return nullptr;
    std::vector<evidence::RosterEntry> entries;
    for (const std::string& bytes : (*stored)->entries) {
      if (auto entry = evidence::RosterEntry::parse(bytes)) entries.push_back(*std::move(entry));
    }
    read_.emplace((*stored)->sha256, std::move(entries));
    found = read_.find(roster_sha256);
  }
  return found == read_.end() ? nullptr : &found->second;
}

const evidence::RosterEntry* RosterBook::entry(const Digest& roster_sha256, std::string_view member,
                                               std::string_view key) {
  const auto* entries = find(roster_sha256);
  if (entries == nullptr) return nullptr;
  const auto entry = std::ranges::find_if(*entries, [&](const auto& item) {
    return item.member == member && item.has_key() && evidence::key_id(item.spki) == key;
  });
  return entry == entries->end() ? nullptr : &*entry;
}

std::optional<evidence::RosterHead> RosterBook::head(const Digest& roster_sha256) {
  for (std::uint64_t version = newest_; version > 0; --version) {
    const auto stored = reader_.roster(project_, version);
    if (!stored || !*stored) return std::nullopt;
    if ((*stored)->sha256 == roster_sha256) return evidence::RosterHead::parse((*stored)->head);
  }
  return std::nullopt;
}

std::expected<std::optional<evidence::RosterVersion>, std::string> newest_roster(
    store::Reader& reader, const store::Project& project) {
  std::optional<evidence::RosterVersion> newest;
  evidence::Owners owners;
  for (std::uint64_t version = 1; version <= project.roster_version; ++version) {
    const auto stored = reader.roster(project.id, version);
    if (!stored) return std::unexpected(stored.error().what);
    auto read = !*stored ? std::unexpected(evidence::RosterFault::malformed)
                         : evidence::read_roster({.head = (*stored)->head,
                                                  .entries = (*stored)->entries,
                                                  .signatures = (*stored)->signatures},
                                                 newest ? &newest->head : nullptr);
    if (!read || read->head.sha256() != (*stored)->sha256 ||
        !owners.follow(read->head, read->entries)) {
      return std::unexpected(
          fmt::format("The roster of project {} is damaged at version {}.", project.id, version));
    }
    newest = *std::move(read);
  }
  if (newest && newest->head.sha256() != project.roster_sha256) {
    return std::unexpected(fmt::format("The roster of project {} is damaged.", project.id));
  }
  return newest;
}

}  // namespace lp::core
