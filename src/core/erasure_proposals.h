// Erasures that wait for an owner's signature: what somebody asked for where no owner's key is. One
// erases nothing; what the owner signs is offered anew when they look, and checked like any other.

#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "core/refusal.h"
#include "core/work.h"
#include "store/store.h"

namespace lp::core {

// The one of this id that an owner can still sign; any thread.
store::Result<std::optional<store::ErasureProposal>> waiting_erasure(store::Reader& reader,
                                                                     std::string_view id,
                                                                     Instant now);

// Whether `proposal` ("" for none) waits and is of this request or subject; Fault::unknown if not.
std::expected<void, Refused> check_proposal(Work& work, std::string_view proposal,
                                            std::string_view request, std::string_view subject);
// Carried out by this batch: it waits no more.
void end_proposal(Work& work, std::string_view proposal);

}  // namespace lp::core
