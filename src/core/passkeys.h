// Passkeys as the core knows them: those that decide stand in rosters like device keys and come and
// go with them; those that sign in open a session and decide nothing (evidence.md 8).

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/directory.h"
#include "core/work.h"
#include "identity/passkey_use.h"

namespace lp::core {

inline constexpr std::string_view decision_purpose = "decision";
inline constexpr std::string_view login_purpose = "login";

// The passkeys with which `member` can decide in this project now, by key id.
std::vector<const store::Passkey*> decision_passkeys(const Directory& directory,
                                                     const ProjectView& project,
                                                     std::string_view member
                                                     [[clang::lifetimebound]]);

// The pages on which a decision passkey of this relying party may be used: those on which one of
// them that still counts was made, for an owner has signed for it.
std::vector<std::string> passkey_origins(const Directory& directory, std::string_view rp_id);

// Every page on which a decision was or is taken, by relying party, for those who verify later.
struct RelyingParty {
  std::string rp_id;
  std::vector<std::string> origins;
};
std::vector<RelyingParty> relying_parties(const Directory& directory);

// The live passkey that signs in, by its credential's id; null for every other.
const store::Passkey* login_passkey(const Directory& directory, std::string_view credential);

// Whether a session of `member` that this key opened sees the project: the key stands in its
// roster, or it only signs in, as a passkey or an account of theirs, and some key of the member
// does.
[[nodiscard]] bool shows(const Directory& directory, const ProjectView& project,
                         std::string_view member, std::string_view key);

// What is held against a use of it.
identity::EnrolledPasskey enrolled(const store::Passkey& row [[clang::lifetimebound]]);
// Keeps what its use has told. A counter that went back is flagged, once.
void note_use(Work& work, const std::string& key, const identity::PasskeyUse& use);

// The row of a decision passkey that a signed roster has just brought.
store::Passkey passkey_row(const evidence::RosterWish& wish, Instant now);

}  // namespace lp::core
