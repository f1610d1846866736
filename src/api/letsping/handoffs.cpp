#include "api/letsping/handoffs.h"

#include <algorithm>
#include <expected>
#include <string>
#include <utility>

#include "api/authorize.h"
#include "api/errors.h"
#include "api/evidence/receipts.h"
#include "api/letsping/agent_proof.h"
#include "api/letsping/claims.h"
#include "api/letsping/commitment.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/submit.h"
#include "base/id.h"
#include "json/write.h"

namespace lp::api {

namespace {

constexpr std::size_t note_max = 2'000;

bool is_outcome(std::string_view text) {
  return text == "fulfilled" || text == "disputed" || text == "failed";
}

// 8-4-4-4-12 lower-case hex characters: what else a delivery_id may be is not there.
bool is_uuid(std::string_view text) {
  constexpr std::string_view shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  if (text.size() != shape.size()) return false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const bool hex_digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (shape[at] == '-' ? c != '-' : !hex_digit) return false;
  }
  return true;
}

std::expected<json::Value, net::Reply> describe_event(Context& context,
                                                      const core::ProjectView& project,
                                                      const core::HandoffView::Event& event) {
  auto value = json::Value::object();
  value.add("seq", event.seq).add("outcome", event.outcome).add("by", event.by);
  if (!event.note.empty()) value.add("note", event.note);
  value.add("recorded_at", to_string(event.recorded))
      .add("leaf", event.leaf_index)
      .add("statement_sha256", event.statement_sha256.hex());
  if (event.prev) value.add("prev", event.prev->hex());
  if (auto failed = add_receipt(context, value, project, event.leaf_index)) {
    return std::unexpected(*std::move(failed));
  }
  return value;
}

}  // namespace

net::Outcome create_handoff(Context& context, Call& call) {
  if (auto limited = limit_key(context, call)) return *std::move(limited);
  const auto read = read_agent_call(context, call, "handoff");
  if (!read) return read.error();
  std::optional<net::Reply> refusal;
  Members body(read->members(), read->pointer(), refusal);
  const std::string request = body.text("request_id", {.required = true});
  const std::string downstream = body.text("downstream_agent_id", {.required = true});
  std::string commitment = read_commitment(body, read->document, read->pointer(), refusal);
  if (refusal) return *std::move(refusal);
  if (!is_id("req", request)) return refuse(Reason::not_found);
  if (call.directory->agent(call.key->project, downstream) == nullptr) {
    return refuse_member(read->pointer() + "/downstream_agent_id",
                         "must be an agent that is registered in this project");
  }
  core::CreateHandoff command{.project = call.key->project,
                              .request = request,
                              .api_key = call.key->id,
                              .downstream = downstream,
                              .commitment = std::move(commitment),
                              .proof = read->proof};
  return submit(context, std::move(command),
                [request, downstream](const core::CreateHandoff::Result& result) {
                  auto reply = json::Value::object();
                  reply.add("delivery_id", result.delivery_id)
                      .add("request_id", request)
                      .add("upstream_agent_id", result.upstream)
                      .add("downstream_agent_id", downstream)
                      .add("created_at", to_string(result.created))
                      .add("leaf", result.leaf_index);
                  return private_reply(json::compact(reply));
                });
}

net::Outcome record_outcome(Context& context, Call& call) {
  if (auto limited = limit_key(context, call)) return *std::move(limited);
  const auto read = read_agent_call(context, call, "handoff-outcome");
  if (!read) return read.error();
  std::optional<net::Reply> refusal;
  Members body(read->members(), read->pointer(), refusal);
  const std::string id = body.text("delivery_id", {.required = true});
  const std::string outcome = body.text("outcome", {.required = true});
  if (!refusal && !is_outcome(outcome)) {
    body.refuse("outcome", "must be fulfilled, disputed or failed");
  }
  const std::string note = body.text("note", {.max = note_max});
  if (refusal) return *std::move(refusal);
  if (!is_uuid(id)) return refuse(Reason::not_found);
  core::RecordOutcome command{.project = call.key->project,
                              .delivery_id = id,
                              .api_key = call.key->id,
                              .outcome = outcome,
                              .note = note,
                              .proof = read->proof};
  return submit(context, std::move(command),
                [id, outcome](const core::RecordOutcome::Result& result) {
                  auto reply = json::Value::object();
                  reply.add("delivery_id", id)
                      .add("seq", result.seq)
                      .add("outcome", outcome)
                      .add("by", result.by)
                      .add("recorded_at", to_string(result.recorded))
                      .add("leaf", result.leaf_index);
                  if (result.replay) reply.add("replay", true);
                  return private_reply(json::compact(reply));
                });
}

net::Outcome show_outcomes(Context& context, Call& call) {
  const auto id = call.request.query_value("delivery_id");
  if (!id) return refuse(Reason::query_invalid, "delivery_id is required");
  if (!is_uuid(*id)) return refuse(Reason::not_found);
  const auto view = context.engine.handoff(*id, call.key->project);
  if (!view) return refuse(view.error());
  json::Array events;
  for (const auto& event : view->events) {
    auto described = describe_event(context, *call.project, event);
    if (!described) return described.error();
    events.push_back(*std::move(described));
  }
  const auto& last = view->events.back();
  auto head = json::Value::object();
  head.add("seq", last.seq).add("leaf", last.leaf_index).add("checkpoint", view->checkpoint);
  // Each statement names the one before it, so the hash of the last is of the whole history.
  json::Value claim = claim_of("outcomes", call);
  claim.add("delivery_id", *id)
      .add("request_id", view->row.request)
      .add("seq", last.seq)
      .add("outcome", last.outcome)
      .add("leaf_index", last.leaf_index)
      .add("statement_sha256", last.statement_sha256.hex());
  auto reply = signed_reply(context, call, claim);
  if (!reply) return reply.error();
  reply->add("events", json::Value::array(std::move(events))).add("head", std::move(head));
  return private_reply(json::compact(*reply));
}

}  // namespace lp::api
