// What a role lets a member do in the project whose roster gives it
// (docs/security/authorization.md).
//
// Roles stand on roster entries, which owners have signed; nothing else gives a right, and who has
// several roles has the rights of each. An unknown role gives none. What takes an owner's signature
// (a roster, an erasure, a successor of a log) is no right: there the signature is asked for.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lp::identity {

enum class Right : std::uint8_t {
  see,            // the project, its requests and what became of them; payloads as they are sealed
  open_payload,   // what the server itself can open of them, in projects that are server_sealed
  decide,         // approve, edit, reject
  take_part,      // comment on requests, say whose turn it is
  read_log,       // the log, its proofs, receipts
  manage_people,  // ask for changes of rosters, withdraw them; see and end anybody's sessions
  manage_agents,  // make and end API keys of the role `agent`, and agents with secrets or keys
  write_policies, // upload versions of the policy, ask people to put one into force
};
inline constexpr Right right_last = Right::write_policies;

[[nodiscard]] bool grants(std::string_view role, Right right);
[[nodiscard]] bool grants(const std::vector<std::string>& roles, Right right);

}  // namespace lp::identity
