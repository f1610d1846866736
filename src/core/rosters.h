// Rosters in force: what a new version changes besides itself (inside core).

#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/work.h"
#include "evidence/roster_document.h"
#include "evidence/roster_wish.h"

namespace lp::core {

evidence::Actor member_actor(std::string_view member, std::string_view key,
                             evidence::ActorMethod method);

// Logs and stores a verified version, with an event for each member and key that comes or goes, and
// makes it the one in force. The caller has checked that the log takes it.
void take_roster(Work& work, const std::string& project, const evidence::RosterDocument& document,
                 const evidence::RosterVersion& version, const evidence::Actor& actor);

// Members and devices follow the rosters: whoever is new is written down, and who stands in no
// roster any more is gone, with all their sessions (api/review/session.h asks here). `names` of the
// members who are new; `wish` that a new passkey came with.
void follow_rosters(Work& work, const std::map<std::string, std::string>& names,
                    const std::optional<evidence::RosterWish>& wish);

}  // namespace lp::core
