// A project's next issuer key: drafted with fresh randomness, handed over to by the owners'
// signature on a roster, and in force from one leaf index on.
//
// The index is settled by what the owners sign, though the log grows until that arrives: it lies a
// little ahead of the log, and a roster that comes when the log has passed it is stale and changes
// nothing. So no leaf is ever signed by a key outside the range that its roster gives it. The log's
// own key goes the same way, at a size of the tree (log_rotation.h).

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <vector>

#include "core/directory.h"
#include "core/refusal.h"
#include "core/work.h"
#include "evidence/roster_wish.h"
#include "store/store.h"

namespace lp::core {

// Nobody hands over to a key that would begin to sign in years.
inline constexpr std::uint64_t rotation_lead_max = 10'000'000;

// From where on a key could sign if an owner signed for it now, an index or a size as the act has
// it: as far ahead as the log grew in the last seconds, and some entries more.
store::Result<std::uint64_t> rotation_index(store::Reader& reader, const ProjectView& project,
                                            evidence::RosterAct act, Instant now);

// Makes the key that the wish names from then on. What another wish for the project waits for is
// withdrawn, and keys that no roster names are removed.
std::expected<void, Refused> draft_issuer(Work& work, evidence::RosterWish& wish,
                                          const std::vector<store::RosterProposal>& waiting);

// The issuer ranges of a signed head that are not those of the version in force: what they must be,
// or why they count for nothing. `wish` is the proposal that the owner signed.
std::expected<std::vector<evidence::IssuerRange>, Refused> rotated_issuers(
    const Work& work, const ProjectView& project, const std::optional<evidence::RosterWish>& wish,
    const evidence::RosterHead& head);

}  // namespace lp::core
