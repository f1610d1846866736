#include "api/letsping/claims.h"

#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "api/authorize.h"
#include "api/errors.h"
#include "api/evidence/receipts.h"
#include "api/letsping/agents.h"
#include "api/reply.h"
#include "base/id.h"
#include "core/issuer.h"
#include "core/project_secrets.h"
#include "evidence/claim.h"
#include "evidence/roster.h"
#include "json/write.h"

namespace lp::api {

namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t window_days_max = 366;
constexpr std::int64_t window_days_default = 30;

// The same as a whole reply; with the receipt of `leaf` where it rests on one.
net::Reply claim_reply(Context& context, const Call& call, const json::Value& claim,
                       std::optional<std::uint64_t> leaf = {}) {
  auto reply = signed_reply(context, call, claim);
  if (!reply) return reply.error();
  if (leaf) {
    if (auto failed = add_receipt(context, *reply, *call.project, *leaf)) return *std::move(failed);
  }
  return private_reply(json::compact(*reply));
}

// A hash that cannot be guessed from what the payload may be (evidence.md 2).
std::string payload_hash(const evidence::PayloadRef& payload) {
  if (payload.env_sha256) return "sha256:" + payload.env_sha256->hex();
  return "lp-commit:" + payload.commit.value_or(Digest{}).hex();
}

std::optional<std::int64_t> window_of(const net::Request& request) {
  const auto text = request.query_value("window_days");
  if (!text) return window_days_default;
  std::int64_t days = 0;
  const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), days);
  if (fault != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  return days >= 1 && days <= window_days_max ? std::optional(days) : std::nullopt;
}

}  // namespace

json::Value claim_of(std::string_view kind, const Call& call) {
  auto claim = json::Value::object();
  claim.add("kind", kind)
      .add("origin", call.project->row.origin)
      .add("project_id", call.key->project);
  return claim;
}

std::expected<json::Value, net::Reply> signed_reply(Context& context, const Call& call,
                                                    const json::Value& claim) {
  core::Keys& keys = context.engine.keys();
  const std::string& project = call.key->project;
  const auto secret = core::open_secret(keys, *call.directory, project, core::claims_purpose);
  if (!secret) {
    return std::unexpected(
        internal_error("claims.secret_gone", "The claims secret does not open."));
  }
  const auto& row = call.directory->secret(project, core::claims_purpose);
  return evidence::signed_claim(claim, secret->reveal(), row.id,
                                core::issuer_now(keys, *call.project));
}

net::Outcome show_proof(Context& context, Call& call) {
  if (auto limited = limit_key(context, call)) return *std::move(limited);
  const auto id = call.request.query_value("request_id");
  if (!id) return refuse(Reason::query_invalid, "request_id is required");
  if (!is_id("req", *id)) return refuse(Reason::not_found);
  const auto view = context.engine.request(*id, call.key->project);
  if (!view) return refuse(view.error());
  const store::Request& row = view->rows.request;
  json::Value claim = claim_of("proof", call);
  claim.add("request_id", row.id)
      .add("agent_id", row.agent_id)
      .add("agent_strength", row.strength)
      .add("payload_hash", payload_hash(view->rows.state.state.base))
      .add("created_at", to_string(row.created))
      .add("leaf_index", row.leaf_index);
  return claim_reply(context, call, claim, row.leaf_index);
}

net::Outcome show_attestation(Context& context, Call& call) {
  if (auto limited = limit_key(context, call)) return *std::move(limited);
  const auto id = call.request.query_value("agent_id");
  if (!id) return refuse(Reason::query_invalid, "agent_id is required");
  const auto days = window_of(call.request);
  if (!days) return refuse(Reason::query_invalid, "window_days must be 1 to 366");
  const store::Agent* agent = call.directory->agent(call.key->project, *id);
  if (agent == nullptr) return refuse(Reason::not_found);
  const std::uint64_t size = call.project->live->signed_size;
  const Instant to = context.engine.clock().now();
  const Instant from = to + -*days * day_ms;
  const auto record = context.engine.reader().record_of(call.key->project, *id, from, to, size);
  if (!record) return internal_error("attestation.read", record.error().what);
  json::Value claim = claim_of("attestation", call);
  claim.add("agent_id", *id)
      .add("window_days", *days)
      .add("window_from", to_string(from))
      .add("window_to", to_string(to))
      .add("log_size", size)
      .add("signed_calls", record->signed_calls)
      .add("escrow_handoffs", record->handoffs);
  return claim_reply(context, call, claim);
}

net::Outcome resolve_handle(Context& context, Call& call) {
  if (auto limited = limit_key(context, call)) return *std::move(limited);
  const auto handle = call.request.query_value("handle");
  if (!handle) return refuse(Reason::query_invalid, "handle is required");
  const store::Agent* agent = call.directory->agent_called(call.key->project, *handle);
  // One of an earlier version may hold what no claim can say.
  if (agent == nullptr || !is_handle(*handle)) return refuse(Reason::not_found);
  json::Value claim = claim_of("resolve", call);
  claim.add("agent_handle", *handle)
      .add("agent_id", agent->id)
      .add("resolved_at", to_string(context.engine.clock().now()));
  if (!agent->public_key.empty()) claim.add("key", evidence::key_id(agent->public_key));
  return claim_reply(context, call, claim);
}

}  // namespace lp::api
