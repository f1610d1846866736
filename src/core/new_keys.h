// When a new key counts at the levels high and critical (evidence.md 7): once a second owner has
// cosigned its entry, or a while after the log says that it is there, so that every owner can see
// who came before they decide anything that matters.
//
// Not asked of a project of one person, nor of the key that founded a log, nor of a test log. What
// a member is given later, a role or a group, waits as a new key does; what is taken from them
// changes nothing. A log in the place of another goes on with the times of the one before.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/directory.h"
#include "core/engine.h"
#include "core/refusal.h"
#include "evidence/values.h"
#include "store/store.h"

namespace lp::core {

// How long a new key of this project waits; 0 where none does.
[[nodiscard]] std::int64_t new_key_wait_ms(const EngineOptions& options,
                                           const ProjectView& project);

// From when this entry counts at high and critical; nothing when it counts now. `uncommitted`: the
// batch in the making, which holds the newest versions of the roster; null outside of lp-core.
store::Result<std::optional<Instant>> counts_from(store::Reader& rows, const Directory& directory,
                                                  const ProjectView& project,
                                                  const evidence::RosterEntry& entry,
                                                  std::int64_t wait_ms, Instant now,
                                                  const store::Batch* uncommitted = nullptr);

class Work;
// Fault::key_too_new for a key that does not count at this level yet.
std::expected<void, Refused> check_key_counts(const Work& work, const ProjectView& project,
                                              const evidence::RosterEntry& entry,
                                              evidence::Level level, std::string_view request);

// The sentence that people are told, with the time in UTC.
std::string new_key_sentence(Instant counts_at);

// Keys of reviewers and owners that do not count yet, in every project that is open.
struct NewKey {
  std::string project, member, key;
  Instant counts_at;
};
std::vector<NewKey> new_keys(Engine& engine, Instant now);

// How the start-up line tells of a wait that was lowered; "" when it was not.
std::string lowered_wait(const EngineOptions& options, const Directory& directory);

}  // namespace lp::core
