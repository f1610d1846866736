// From a demonstration to a live server: an owner signs that a fresh log, without the mark `demo`,
// opens in the place of each project's, under the address that people reach from now on. The logs
// before are closed and stay to be read.
//
// It is an opening as after a rollback (successions.h), with two differences in the first roster:
// the mark is gone, and so is every key but that of the owner who signs. Browsers bind keys to an
// address, so all others enrol again. All projects go, or none.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/apply.h"
#include "core/successions.h"

namespace lp::core {

enum class GoLiveFault : std::uint8_t {
  none,
  live,         // it is no demonstration
  bad_address,  // `detail` says why, in words that follow its name
  waiting,      // requests wait for a decision; `detail` says how many, and where
};

// What an owner signs of one project.
struct GoLiveOffer {
  std::string project, name;
  Succession succession;
  std::vector<evidence::RosterEntry> entries;  // of the new first roster
};

// Made anew at each call, good for half an hour and until the log grows.
struct OfferGoLive {
  std::string public_url;
  std::string key;            // id of the owner's key that will sign, and stays
  std::string operator_name;  // who asks, for the document
  struct Result {
    GoLiveFault fault = GoLiveFault::none;
    std::string detail;
    Instant time;
    std::vector<GoLiveOffer> offers;
  };
};

struct GoLive {
  std::string public_url;
  std::vector<OpenSuccessors::Opening> openings;
  struct Result {
    GoLiveFault fault = GoLiveFault::none;
    std::string detail;
    OpenSuccessors::Result opened;
  };
};

// The signer never signs again what another log took the place of. After GoLive is true; a crash
// before it is made good at the next start (closing.cpp).
struct CloseSucceeded {
  struct Result {};
};

Applied<OfferGoLive> apply(Work& work, OfferGoLive& command);
Applied<GoLive> apply(Work& work, GoLive& command);
Applied<CloseSucceeded> apply(Work& work, CloseSucceeded& command);

// The same for whoever signs: what the new first roster holds, and its head, over what is known of
// the log that opens.
std::vector<evidence::RosterEntry> live_entries(const std::vector<evidence::RosterEntry>& before,
                                                std::string_view owner_spki);
evidence::RosterHead live_head(const evidence::RosterHead& before,
                               const std::vector<evidence::RosterEntry>& entries,
                               const evidence::RosterHead& opening);
// The reason in the document.
std::string go_live_reason(std::string_view public_url);

}  // namespace lp::core
