// What happens at start: read the past, check it against the signer's memory, go on where it ended.
//
// The cases of evidence.md 6, each by name: a log that was committed but not signed is checked leaf
// by leaf and signed now; a database that is behind the signer was rolled back, and a log without
// signer state lost it: both are served for reading and never signed.

#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "core/world.h"
#include "evidence/roster_document.h"

namespace lp::core {

// Fills world.logs, world.expiry and world.directory from the store. The error is a sentence for
// people; the program must not go on after it.
std::expected<void, std::string> recover(World& world);

// Why the leaves of a log from `first` on cannot be signed, or nothing: malformed, a statement with
// another hash, a signature of the issuer or of a person that does not verify.
std::optional<std::string> refuse_leaves(World& world, const ProjectLog& log, std::uint64_t first,
                                         std::vector<Digest>& leaf_hashes);

// What the directory shows of a project: keys that verify its log, the roster in force, its marks.
ProjectView project_view(const World& world, const Directory& directory, const store::Project& row,
                         std::optional<evidence::RosterVersion> roster,
                         std::shared_ptr<LiveLog> live);

}  // namespace lp::core
