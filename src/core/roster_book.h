// The stored rosters of a project, read from the database again: at start, and when leaves that
// were written under an older version are checked.

#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "evidence/roster_document.h"
#include "store/store.h"

namespace lp::core {

// Reads the versions of a project one by one, the newest first, as far back as somebody asks. Their
// signatures were checked at start.
class RosterBook {
 public:
  RosterBook(store::Reader& reader, std::string project, std::uint64_t newest);

  // The entry of this member and key in the version with that hash, or null.
  const evidence::RosterEntry* entry(const Digest& roster_sha256, std::string_view member,
                                     std::string_view key) [[clang::lifetimebound]];

  // The head of the version with that hash.
  std::optional<evidence::RosterHead> head(const Digest& roster_sha256);

 private:
  const std::vector<evidence::RosterEntry>* find(const Digest& roster_sha256);

  store::Reader& reader_;
  std::string project_;
  std::uint64_t newest_;
  std::uint64_t unread_;  // versions that were not read yet: 1 to this
  std::map<Digest, std::vector<evidence::RosterEntry>> read_;
};

// The version in force, after checking it and all before it, each against the one it follows:
// whoever wrote a roster of their own into the database is not followed. Nothing for a project
// without one; the error is a sentence.
std::expected<std::optional<evidence::RosterVersion>, std::string> newest_roster(
    store::Reader& reader, const store::Project& project);

}  // namespace lp::core
