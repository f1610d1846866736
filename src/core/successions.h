// What owners sign so that a log opens in the place of one that was closed, and what the server
// accepts of it. One place builds it, for the offer and for the check, so that they cannot drift
// apart.
//
// The new log is that of a new project: its roster says who decided under the one before, and
// whoever may ask there may ask here, with the same keys. What was asked before stays where it was.

#pragma once

#include <optional>
#include <string>

#include "core/commands.h"
#include "core/directory.h"
#include "core/keys.h"
#include "evidence/roster.h"
#include "evidence/roster_document.h"
#include "evidence/succession.h"

namespace lp::core {

struct Succession {
  evidence::RosterHead head;  // version 1 of the roster, over the entries of the one before
  evidence::SuccessionDocument document;
};

// Nothing unless the log of the project is closed and waits for its owners.
std::optional<Succession> offer_succession(const Directory& directory, const ProjectView& project,
                                           const Keys& keys, Instant time, std::string salt);

class Work;

// An opening whose signatures hold, and whose log the signer has opened.
struct SignedOpening {
  const OpenSuccessors::Opening* opening = nullptr;
  std::string successor;  // id of the project whose log opens
  evidence::SuccessionDocument document;
  evidence::RosterDocument roster;
  evidence::RosterVersion version;
};
// Opens it: the project with its first roster, and with all that goes on with it.
void open_successor(Work& work, const SignedOpening& signed_opening);
// Keeps which project took the place of which, after one or more of those.
void keep_successors(Work& work);

}  // namespace lp::core
