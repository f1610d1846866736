#include "api/letsping/escrow_body.h"

#include <algorithm>
#include <utility>

#include "api/errors.h"
#include "api/letsping/commitment.h"

namespace lp::api {

namespace {

constexpr std::size_t mandate_bytes_max = 16 * 1'024;
constexpr std::size_t agent_id_max = 64;

bool is_agent_name(std::string_view text) {
  return !text.empty() && text.size() <= agent_id_max &&
         std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

std::optional<json::Value> read_mandate(Members& escrow, const json::Document& document,
                                        std::string_view name) {
  const json::Value* given = escrow.object(name);
  if (given == nullptr) return std::nullopt;
  if (document.source(*given).size() > mandate_bytes_max) {
    escrow.refuse(name, "must be at most 16 KiB");
    return std::nullopt;
  }
  return *given;
}

// The one of the two places that has it, and where that is.
struct Place {
  const json::Value* value = nullptr;
  std::string pointer;
};
Place place_of(Members& body) {
  const json::Value* beside = body.object("_escrow");
  const json::Value* metadata = body.find("metadata");
  const json::Value* inside = metadata == nullptr ? nullptr : metadata->find("_escrow");
  if (inside == nullptr || inside->is_null()) return {beside, "/_escrow"};
  if (beside != nullptr) body.refuse("_escrow", "is given in metadata too");
  if (!inside->is_object()) body.refuse("metadata/_escrow", "must be an object");
  return {inside->is_object() ? inside : nullptr, "/metadata/_escrow"};
}

}  // namespace

std::optional<EscrowBody> read_escrow(Members& body, const json::Document& document,
                                      std::optional<net::Reply>& refusal) {
  const Place place = place_of(body);
  if (place.value == nullptr) return std::nullopt;
  Members escrow(*place.value, place.pointer, refusal);
  EscrowBody read;
  read.escrow.mode = escrow.text("mode", {.required = true});
  if (read.escrow.mode == "none") return std::nullopt;
  if (read.escrow.mode != "handoff" && read.escrow.mode != "finalized") {
    escrow.refuse("mode", "must be none, handoff or finalized");
  }
  read.escrow.upstream = escrow.text("upstream_agent_id", {.max = agent_id_max});
  read.escrow.downstream = escrow.text("downstream_agent_id", {.required = true});
  if (!is_agent_name(read.escrow.downstream)) {
    escrow.refuse("downstream_agent_id", "must be at most 64 printable ASCII characters");
  }
  const std::string commitment = read_commitment(escrow, document, place.pointer, refusal);
  if (!commitment.empty()) read.escrow.commitment = *place.value->find("commitment");
  read.escrow.x402_mandate = read_mandate(escrow, document, "x402_mandate");
  read.escrow.ap2_mandate = read_mandate(escrow, document, "ap2_mandate");
  read.signature = escrow.text("handoff_signature", {.max = 64});
  const bool is_signed = !read.signature.empty();
  read.id = escrow.text("id", {.required = is_signed});
  read.event = escrow.text("event", {.required = is_signed});
  return read;
}

std::optional<net::Reply> check_escrow(EscrowBody& body, std::string_view payload,
                                       const core::AgentProof& proof, const std::string& caller,
                                       std::string_view secret) {
  evidence::Escrow& escrow = body.escrow;
  if (escrow.upstream.empty()) escrow.upstream = caller;
  if (!body.signature.empty()) {
    auto data = json::parse(std::string(payload));
    if (!data ||
        !evidence::verify_escrow(secret, {.id = body.id, .event = body.event, .data = data->root},
                                 escrow, body.signature)) {
      return refuse(Reason::escrow_signature_invalid);
    }
  }
  // Whom the webhook will name must have proved itself, or be vouched for by who has the secret.
  const bool vouched = proof.agent_id.empty() && !body.signature.empty();
  if (escrow.upstream != caller && !vouched) {
    return refuse_member("/_escrow/upstream_agent_id", "must be the agent that signs this call");
  }
  if (escrow.downstream == escrow.upstream || escrow.downstream == caller) {
    return refuse_member("/_escrow/downstream_agent_id", "must be another agent");
  }
  return std::nullopt;
}

}  // namespace lp::api
