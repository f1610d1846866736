// Rosters before they are in force: the head that an owner is offered to sign, and what the server
// accepts of it. One function builds both, so that they cannot drift apart.

#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "core/directory.h"
#include "core/refusal.h"
#include "evidence/roster_document.h"

namespace lp::core {

// How old the time in a signed head may be: as long as a setup link lives.
inline constexpr std::int64_t roster_time_ms = 30LL * 60 * 1'000;

// The head of version 1 over one entry, everything decided by the server but the time.
evidence::RosterHead first_roster_head(const ProjectView& project,
                                       const evidence::RosterEntry& entry, Instant time);

struct FirstRoster {
  evidence::RosterEntry entry;
  evidence::RosterHead head;
  evidence::RosterDocument document;
};

// Whether a head of this time may be signed now.
[[nodiscard]] bool roster_time_fits(Instant time, Instant now);

// The head that follows `previous` over these entries. Owners are the device keys of entries with
// that role, for a passkey cannot sign a roster; a project becomes a team with its second reviewer
// and stays one; the rest is as it was.
evidence::RosterHead next_roster_head(const evidence::RosterHead& previous,
                                      const std::vector<evidence::RosterEntry>& entries,
                                      Instant time);

// Ends the range of the issuer key that signs without end at `from`, where `spki` begins. False
// when that leads to no roster: the key was listed before, or no range is left to the one that
// ends.
[[nodiscard]] bool hand_over(std::vector<evidence::IssuerRange>& issuers, const std::string& spki,
                             std::uint64_t from);

// Checks bytes and signature of a first roster made for `member` and the key `spki` at `now`.
// Fault::roster_mismatch names what is wrong.
std::expected<FirstRoster, Refused> read_first_roster(const ProjectView& project,
                                                      std::string_view member,
                                                      std::string_view spki, std::string entry,
                                                      std::string head, std::string signature,
                                                      Instant now);

}  // namespace lp::core
