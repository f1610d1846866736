// The next key of a project's log: made by who signs the log, handed over to by the owners'
// signature on a roster, and in force from one size of the tree on.
//
// The order in which it becomes true, and what a stop leaves behind at each step:
//  1. The notary makes the key and keeps it; a proposal names it. A stop: it waits, signs nothing,
//     and goes when the next one is made.
//  2. An owner signs a roster that ends the range of the key before at a size that the log has not
//     reached. A stop: nothing is in force.
//  3. The roster is committed, and shown to the notary before anything over it is signed. A stop in
//     between: recovery shows it before it signs the rest.
//  4. The first checkpoint of that size or a larger one is signed with the new key and kept; then
//     the key before is destroyed. A stop in between: the notary destroys it when it is opened.
//
// Which key signs a size depends on the size alone, so that all of them come to the same note.

#pragma once

#include <expected>
#include <optional>
#include <vector>

#include "core/directory.h"
#include "core/notary.h"
#include "core/refusal.h"
#include "core/work.h"
#include "evidence/log_keys.h"
#include "evidence/roster_wish.h"
#include "store/store.h"

namespace lp::core {

// Has the key made that the wish names from then on. What another wish for the project waits for is
// withdrawn: its key is gone.
std::expected<void, Refused> draft_log_key(Work& work, evidence::RosterWish& wish,
                                           const std::vector<store::RosterProposal>& waiting);

// The log key ranges of a signed head that are not those of the version in force: what they must
// be, or why they count for nothing. `wish` is the proposal that the owner signed.
std::expected<evidence::LogKeyRanges, Refused> rotated_log_keys(
    const Work& work, const ProjectView& project, const std::optional<evidence::RosterWish>& wish,
    const evidence::RosterHead& head);

// Shows the notary what the owners of a log have signed up to this version, as it is stored.
std::expected<void, Notary::Fault> show_rosters(World& world, ProjectLog& log,
                                                std::uint64_t version);

}  // namespace lp::core
