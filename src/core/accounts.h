// Accounts of an identity provider as the core knows them: a pair of issuer and subject, linked to
// a member. They open sessions and decide nothing: who decides stands in the roster that owners
// have signed, whatever a provider says (security.md D-54).

#pragma once

#include <string_view>

#include "core/directory.h"
#include "store/rows.h"

namespace lp::core {

// The live account of this pair, whose member is there; null for every other.
const store::LinkedAccount* live_account(const Directory& directory, std::string_view issuer,
                                         std::string_view subject);
// Whether `key`, of a session, is a live account of this member.
[[nodiscard]] bool is_account_of(const Directory& directory, std::string_view key,
                                 std::string_view member);

}  // namespace lp::core
