// Rosters in force: what a new version changes besides itself (inside core).

#pragma once

#include <string>
#include <string_view>

#include "core/work.h"
#include "evidence/roster_document.h"

namespace lp::core {

evidence::Actor member_actor(std::string_view member, std::string_view key,
                             evidence::ActorMethod method);

// Logs and stores a verified version, with an event for each member and key that comes or goes, and
// makes it the one in force. The caller has checked that the log takes it.
void take_roster(Work& work, const std::string& project, const evidence::RosterDocument& document,
                 const evidence::RosterVersion& version, const evidence::Actor& actor);

}  // namespace lp::core
