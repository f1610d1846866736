// Changes of who decides that wait for an owner's signature, and the links with which members bring
// a browser's key. Neither gives anybody anything: only a signed roster does (core/rosters.cpp).

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "core/directory.h"
#include "core/refusal.h"
#include "store/store.h"

namespace lp::core {

// As long as a setup link lives.
inline constexpr std::int64_t proposal_ms = 30LL * 60 * 1'000;

// Those that an owner can still sign, oldest first.
store::Result<std::vector<store::RosterProposal>> waiting_proposals(store::Reader& reader,
                                                                    Instant now);
// The one of this id that an owner can still sign.
store::Result<std::optional<store::RosterProposal>> waiting_proposal(store::Reader& reader,
                                                                     std::string_view id,
                                                                     Instant now);

// How far somebody has come with a login link.
enum class LinkState : std::uint8_t {
  fresh,    // nobody has used it
  waiting,  // an owner must sign
  counted,  // the device stands in a roster
  refused,  // an owner has withdrawn it, or nobody signed in time
};
struct LinkView {
  store::LoginLink row;
  LinkState state;
};
// Fault::login_link_invalid for the token of no link, ::login_link_expired after its time.
store::Result<std::expected<LinkView, Fault>> find_login_link(store::Reader& reader,
                                                              const Directory& directory,
                                                              std::string_view token, Instant now);

// Whether some roster in force lists the member.
[[nodiscard]] bool listed(const Directory& directory, std::string_view member);

}  // namespace lp::core
