// The body of POST /api/ingest in the forms that published clients send, read into one command:
// the SDKs' form, the signed form (agent_id, agent_signature), and the raw options object of the
// first Node release (wire.md A1). Unknown members are ignored; known ones are checked.

#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "api/letsping/escrow_body.h"
#include "core/commands.h"
#include "net/message.h"
#include "store/rows.h"

namespace lp::api {

struct IngestBody {
  core::Ingest ask;  // project, key, headers and escrow are the caller's business
  std::optional<EscrowBody> escrow;
};

// `proof` is what was proved before the body was read.
std::expected<IngestBody, net::Reply> read_ingest(std::string body, store::Payloads allowed,
                                                  const core::AgentProof& proof);

// A User-Agent as it may be stored: at most 80 characters of printable ASCII.
std::string client_name(std::string_view user_agent);

}  // namespace lp::api
