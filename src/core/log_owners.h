// The owners of a log, as who signs it knows them: what they have signed about its keys is the only
// word on which another key signs.
//
// The first roster that is shown of a log is believed, when it is version 1, its own owners signed
// it, and it names the key with which the log began; it is shown as soon as there is one. From then
// on each version must be the next, signed by as many owners of the one before as that demands. So
// who shows them, the server, chooses neither owners nor keys; and a key that nobody signed for
// comes in force never.
//
// What was shown last is remembered in the lock store, beside what was signed last.

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/log_secret.h"
#include "core/notary.h"
#include "evidence/roster.h"
#include "store/lock_store.h"

namespace lp::core {

class LogOwners {
 public:
  LogOwners(store::LockStore& locks, LogSecret& secret) : locks_(locks), secret_(secret) {}

  // As Notary::follow has it. Versions that were shown before are passed over.
  std::expected<void, Notary::Fault> follow(const std::string& origin,
                                            const std::vector<Notary::SignedRoster>& versions);

 private:
  std::expected<void, Notary::Fault> take(const evidence::RosterHead* before,
                                          const evidence::RosterHead& head);

  store::LockStore& locks_;
  LogSecret& secret_;
};

// Under which name the newest head is remembered; no log is called so.
std::string roster_record(std::string_view origin);
[[nodiscard]] bool is_roster_record(std::string_view name);
// Nothing before the first; the error is that what stands there is no roster.
std::expected<std::optional<evidence::RosterHead>, Notary::Fault> followed_roster(
    const store::LockStore& locks, std::string_view origin);
// Of the log's last checkpoint; 0 without one.
std::uint64_t signed_size(const store::LockStore& locks, const std::string& origin);

}  // namespace lp::core
