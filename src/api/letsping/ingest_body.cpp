#include "api/letsping/ingest_body.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "api/errors.h"
#include "api/letsping/attachment_body.h"
#include "api/letsping/payload.h"
#include "api/members.h"
#include "core/policies.h"
#include "json/parse.h"

namespace lp::api {

namespace {

constexpr std::size_t name_max = 200;
constexpr std::size_t url_max = 2'048;
constexpr std::size_t capabilities_max = 32;
constexpr std::int64_t decide_in_s_max = 30LL * 24 * 3'600;
constexpr std::array<std::string_view, 4> priorities{"low", "medium", "high", "critical"};

void read_priority(Members& body, core::Ingest& ask) {
  const std::string priority = body.text("priority");
  if (priority.empty()) return;
  if (std::ranges::find(priorities, priority) == priorities.end()) {
    body.refuse("priority", "must be low, medium, high or critical");
  }
  ask.priority = priority;
}

void read_callback(Members& metadata, core::Ingest& ask) {
  ask.callback_url = metadata.text("callback_url", {.max = url_max});
  if (ask.callback_url.empty()) return;
  if (!ask.callback_url.starts_with("https://") && !ask.callback_url.starts_with("http://")) {
    metadata.refuse("callback_url", "must be an http or https URL");
  }
}

// Labels, from `metadata` and, for those that Node puts only there, from the payload's `_lp_meta`.
void read_labels(Members& body, const json::Value* payload, std::optional<net::Reply>& refusal,
                 core::Ingest& ask) {
  if (const json::Value* given = body.object("metadata")) {
    Members metadata(*given, "/metadata", refusal);
    ask.role = metadata.text("role", {.max = name_max});
    ask.environment = metadata.text("environment", {.max = name_max});
    ask.trace_id = metadata.text("trace_id", {.max = name_max});
    ask.parent_request_id = metadata.text("parent_request_id", {.max = name_max});
    ask.claims = {.agent = metadata.text("agent", {.max = name_max}),
                  .model = metadata.text("model", {.max = name_max}),
                  .agent_version = metadata.text("agent_version", {.max = name_max})};
    read_callback(metadata, ask);
  }
  const json::Value* meta = payload == nullptr ? nullptr : payload->find("_lp_meta");
  if (meta == nullptr) return;
  const std::pair<std::string_view, std::string*> inside[] = {
      {"environment", &ask.environment},
      {"trace_id", &ask.trace_id},
      {"parent_request_id", &ask.parent_request_id}};
  for (const auto& [name, label] : inside) {
    const auto text = meta->find_string(name);
    // It is the agent's own payload: a label too long to be one is no error there.
    if (label->empty() && text && text->size() <= name_max) *label = *text;
  }
}

void read_capabilities(Members& body, core::Ingest& ask) {
  const json::Value* given = body.find("capabilities");
  if (given == nullptr) return;
  const bool sound =
      given->is_array() && given->items().size() <= capabilities_max &&
      std::ranges::all_of(given->items(), [](const json::Value& item) {
        return item.is_string() && !item.as_string().empty() && item.as_string().size() <= 64;
      });
  if (!sound) return body.refuse("capabilities", "must be at most 32 short strings");
  for (const json::Value& item : given->items()) ask.capabilities.push_back(item.as_string());
}

void read_deadline(Members& body, core::Ingest& ask) {
  if (const auto seconds = body.integer("decide_in", 1, decide_in_s_max)) {
    ask.decide_in_ms = *seconds * 1'000;
    return;
  }
  // The first Node release sends its own waiting time along. It is a wish like decide_in, but what
  // is no sensible deadline was never meant as one.
  const json::Value* wait = body.find("timeoutMs");
  const auto wait_ms = wait != nullptr && wait->is_number() ? wait->as_integer() : std::nullopt;
  if (wait_ms && *wait_ms >= 1'000 && *wait_ms <= decide_in_s_max * 1'000) {
    ask.decide_in_ms = *wait_ms;
  }
}

void read_idempotency(Members& body, core::Ingest& ask) {
  const std::string idem = body.text("idem", {.max = 64});
  if (idem.empty()) return;
  if (!Digest::from_hex(idem)) return body.refuse("idem", "must be 64 lower-case hex characters");
  ask.idem = idem;
}

// Whether the body names another agent than the one that was proved: without a proof that is any
// name at all, spelt with escapes where the proof did not see it.
bool names_another(const Members& members, const core::AgentProof& proof) {
  const json::Value* id = members.find("agent_id");
  const json::Value* signature = members.find("agent_signature");
  if (proof.strength == "hmac") return false;
  if (signature != nullptr) return true;
  return id != nullptr && (!id->is_string() || id->as_string() != proof.agent_id);
}

}  // namespace

std::expected<IngestBody, net::Reply> read_ingest(std::string body, store::Payloads allowed,
                                                  const core::AgentProof& proof) {
  const auto document = read_object(std::move(body));
  if (!document) return std::unexpected(document.error());

  std::optional<net::Reply> refusal;
  Members members(document->root, "", refusal);
  if (names_another(members, proof)) {
    return std::unexpected(refuse(Reason::agent_signature_invalid));
  }
  IngestBody result;
  core::Ingest& ask = result.ask;
  ask.proof = proof;
  ask.service = members.text("service", {.required = true, .max = name_max});
  // Only the server asks in its own name.
  if (ask.service == core::own_service) members.refuse("service", "is the server's own");
  ask.action = members.text("action", {.required = true, .max = name_max});
  read_priority(members, ask);
  const json::Value* payload = document->root.find("payload");
  read_labels(members, payload, refusal, ask);
  if (const json::Value* facts = members.object("facts")) ask.facts = document->source(*facts);
  // Any JSON: published adapters send whole Zod objects (wire.md 0.11).
  if (const json::Value* schema = members.find("schema")) ask.schema = document->source(*schema);
  ask.client_nonce = members.text("client_nonce", {.max = name_max});
  read_capabilities(members, ask);
  read_deadline(members, ask);
  read_idempotency(members, ask);
  result.escrow = read_escrow(members, *document, refusal);
  if (refusal) return std::unexpected(*std::move(refusal));

  if (payload == nullptr && proof.strength == "hmac") {
    // Node drops an undefined payload from what it signs and sends (wire.md B10, A7).
    if (allowed == store::Payloads::encrypted) {
      return std::unexpected(refuse(Reason::plaintext_refused));
    }
    ask.payload = "{}";
    if (!read_attachments(members, false, refusal).empty() && !refusal) {
      members.refuse("attachments", "must be those that the payload lists");
    }
    if (refusal) return std::unexpected(*std::move(refusal));
    return result;
  }
  auto read = read_payload(*document, payload, allowed);
  if (!read) return std::unexpected(read.error());
  ask.payload = std::move(read->text);
  ask.envelope = std::move(read->envelope);
  ask.lossy = std::move(read->lossy);
  ask.attachments = read_attachments(members, ask.envelope.has_value(), refusal);
  if (!ask.attachments.empty() && ask.envelope && ask.client_nonce.empty()) {
    members.refuse("client_nonce", "must be the one that the attachments are sealed for");
  }
  if (!refusal && !ask.envelope) refusal = refuse_unlisted(*payload, ask.attachments);
  if (refusal) return std::unexpected(*std::move(refusal));
  return result;
}

std::string client_name(std::string_view user_agent) {
  constexpr std::size_t client_max = 80;
  std::string name;
  for (const char c : user_agent) {
    if (name.size() == client_max) break;
    if (c >= 0x20 && c <= 0x7e) name += c;
  }
  return name;
}

}  // namespace lp::api
