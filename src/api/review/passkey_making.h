// A passkey on its way to its member, made in a browser or on a security key at a terminal: what
// its authenticator is asked for, what came back, and what an owner is asked to sign.

#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "api/context.h"
#include "api/members.h"
#include "api/review/passkey_place.h"
#include "core/directory.h"
#include "evidence/roster_wish.h"
#include "identity/passkey_registration.h"
#include "json/value.h"
#include "net/message.h"

namespace lp::api {

// {server_nonce, rp:{id, name}, user:{id, name}, exclude:[credential]}
json::Value passkey_terms(Context& context, const core::Directory& directory,
                          const std::string& member, std::string_view purpose,
                          const PasskeyPlace& place);

struct MadePasskey {
  std::string body, client_data, attestation;
};
// {body, clientDataJSON, attestationObject}; form only.
MadePasskey read_made_passkey(Members& members);
std::string read_binary(Members& members, std::string_view name, const TextRule& rule);

// Every check of a registration; uses the nonce up.
std::expected<identity::Registration, net::Reply> check_made(Context& context,
                                                             const MadePasskey& made,
                                                             const PasskeyPlace& place);

// What an owner signs so that it decides.
evidence::RosterWish passkey_wish(const std::string& member, const PasskeyPlace& place,
                                  identity::Registration registration);

}  // namespace lp::api
