// The body of POST /api/ingest in the forms that published clients send, read into one command:
// the SDKs' form, the signed form (agent_id, agent_signature), and the raw options object of the
// first Node release (wire.md A1). Unknown members are ignored; known ones are checked.

#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "api/letsping/agent_proof.h"
#include "core/commands.h"
#include "net/message.h"
#include "store/rows.h"

namespace lp::api {

// Fills in what the body says; project, key and headers are the caller's business.
std::expected<core::Ingest, net::Reply> read_ingest(std::string body, store::Payloads allowed,
                                                    const AgentSecret& secret);

// A User-Agent as it may be stored: at most 80 characters of printable ASCII.
std::string client_name(std::string_view user_agent);

}  // namespace lp::api
