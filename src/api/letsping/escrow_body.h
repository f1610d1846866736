// `_escrow` of an ask, in its metadata or beside its payload: what shall be handed to whom once a
// person has approved (wire.md B6).

#pragma once

#include <optional>
#include <string>

#include "api/letsping/agent_proof.h"
#include "api/members.h"
#include "evidence/escrow.h"
#include "json/parse.h"

namespace lp::api {

struct EscrowBody {
  evidence::Escrow escrow;  // its upstream "" when the ask does not name one
  // What a client's chainHandoff signed for the next hop; "" without a signature.
  std::string signature, id, event;
};

// Nothing when there is none, or none that counts; what is wrong goes into `refusal`.
std::optional<EscrowBody> read_escrow(Members& body, const json::Document& document,
                                      std::optional<net::Reply>& refusal);

// Why these are not the parties, or not so signed; nothing when all is well. `caller` is the agent
// or the key that asks. Fills in the agent above.
std::optional<net::Reply> check_escrow(EscrowBody& body, std::string_view payload,
                                       const core::AgentProof& proof, const std::string& caller,
                                       std::string_view secret);

}  // namespace lp::api
