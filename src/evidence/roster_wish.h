// What somebody wants rosters to say next: one member, or one key of a member, comes or goes, a
// member gets other roles, or another key of the server signs a project's statements, or its log. A
// wish counts for nothing; what an owner signs is the roster that it leads to. Whoever shows, signs
// or checks a change works it out here, so that all of them mean the same by it.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/roster.h"

namespace lp::evidence {

enum class RosterAct : std::uint8_t {
  add_member,
  change_member,  // its roles and groups, all of them
  remove_member,
  add_device,
  add_passkey,
  revoke_device,  // or a passkey
  rotate_issuer,
  rotate_log_key,
};
std::string_view to_string(RosterAct act);
std::optional<RosterAct> roster_act(std::string_view name);
// Whether it is about a key of the server, and about nobody's place in a roster.
[[nodiscard]] bool rotates(RosterAct act);

// A passkey as it was registered: what its roster entry says of it, and what the server must know
// to ask for it and to hold its use against.
struct PasskeyTerms {
  std::string rp_id, aaguid;  // as of RosterEntry
  std::string credential;     // its id, bytes
  std::string origin;         // of the page where it was made
  std::uint64_t counter = 0;
  bool backup_eligible = false, backed_up = false;

  friend bool operator==(const PasskeyTerms&, const PasskeyTerms&) = default;
};

struct RosterWish {
  RosterAct act = RosterAct::add_member;
  std::string member;
  std::string name;                        // add_member: as others see it
  std::vector<std::string> roles, groups;  // add_member, change_member
  std::string spki;          // DER; of the key that comes or goes, or of the issuer that comes
  std::string project = {};  // rotate_issuer, rotate_log_key
  std::string vkey = {};     // rotate_log_key: of the key that comes
  std::optional<PasskeyTerms> passkey = {};  // add_passkey

  [[nodiscard]] std::string bytes() const;                         // JCS
  static std::optional<RosterWish> parse(std::string_view bytes);  // strict, exact round trip

  friend bool operator==(const RosterWish&, const RosterWish&) = default;
};

// Whether the roles are ones that a roster knows.
[[nodiscard]] bool known_role(std::string_view role);

// Changes the entries of one roster; a wish that means nothing there, or nothing to its people,
// leaves them as they are. A member whose last key goes keeps their place without one. `salt` gives
// 32 fresh random bytes.
void carry_out(const RosterWish& wish, std::vector<RosterEntry>& entries,
               const std::function<std::string()>& salt);

}  // namespace lp::evidence
