#include "api/letsping/permits.h"

#include <algorithm>
#include <string>
#include <utility>

#include "api/authorize.h"
#include "api/errors.h"
#include "api/evidence/receipts.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/submit.h"
#include "base/id.h"
#include "base/text.h"
#include "core/permits.h"
#include "json/write.h"

namespace lp::api {

namespace {

constexpr std::size_t token_min = 16, token_max = 128;  // of nonces and claim keys, in characters

// Read as the core reads it, under the release rule.
std::expected<core::PermitView, net::Reply> permit_called(Context& context, const Call& call) {
  const std::string& id = call.parameter("id");
  if (!is_id("pmt", id)) return std::unexpected(refuse(Reason::not_found));
  auto row = context.engine.reader().permit(id);
  if (!row) return std::unexpected(internal_error("permit.read", row.error().what));
  if (!*row || (*row)->project != call.key->project) {
    return std::unexpected(refuse(Reason::not_found));
  }
  auto view = core::view_permit(context.engine.reader(), context.engine.keys(), *call.directory,
                                **std::move(row));
  if (!view) return std::unexpected(refuse(view.error()));
  if (view->row.executor != call.key->id) {
    return std::unexpected(refuse(Reason::permit_foreign));
  }
  return *std::move(view);
}

json::Value describe(const core::PermitView& permit) {
  auto value = json::Value::object();
  value.add("id", permit.row.id)
      .add("executor", permit.row.executor)
      .add("state", permit.state)
      .add("use_by", to_string(permit.row.expires))
      .add("token", permit.row.token);
  return value;
}

json::Value describe(const core::RequestView& view) {
  auto value = json::Value::object();
  value.add("id", view.rows.request.id)
      .add("version", view.rows.state.state.version)
      .add("level", evidence::to_string(view.rows.state.state.level))
      .add("service", view.rows.request.service)
      .add("action", view.rows.request.action)
      .add("agent_id", view.rows.request.agent_id)
      .add("descriptor", base64(view.descriptor));
  if (!view.client_nonce.empty()) value.add("client_nonce", view.client_nonce);
  return value;
}

// The permit of an approval, as it may be told; nothing when the client asked for none.
std::optional<core::PermitView> permit_after(Context& context, const core::RequestView& view) {
  const bool asked = std::ranges::any_of(view.capabilities, [](const std::string& capability) {
    return capability == "permit" || capability.starts_with("permit:");
  });
  if (!asked) return std::nullopt;
  auto row = context.engine.reader().permit_of(view.rows.request.id);
  if (!row || !*row) return std::nullopt;
  auto permit = core::view_permit(context.engine.reader(), context.engine.keys(),
                                  *context.engine.directory(), **std::move(row));
  if (!permit) return std::nullopt;
  return *std::move(permit);
}

// A text that no one guesses, or repeats by accident.
std::string take_token(Members& body, std::string_view name, std::optional<net::Reply>& refusal) {
  std::string text = body.text(name, {.required = true, .max = token_max});
  const bool sound = text.size() >= token_min && std::ranges::all_of(text, [](char c) {
                       return c > 0x20 && c < 0x7f;
                     });
  if (!refusal && !sound) {
    body.refuse(name, "must be 16 to 128 characters of printable ASCII without blanks");
  }
  return text;
}

}  // namespace

net::Outcome show_permit(Context& context, Call& call) {
  if (auto limited = limit_key(context, call)) return *std::move(limited);
  auto permit = permit_called(context, call);
  if (!permit) return std::move(permit.error());
  const auto view = context.engine.request(permit->row.request, call.key->project);
  if (!view) return refuse(view.error());
  const bool edited = view->state == approval::State::approved_with_modifications;
  auto value = describe(*permit);
  value.add("request", describe(*view))
      .add("payload", base64(edited ? view->edited_payload : view->payload))
      .add("payload_role", edited ? "edit" : "base")
      .add("leaf", view->rows.state.leaf_index);
  if (!view->commit_key.empty()) value.add("commit_key", base64(view->commit_key));
  if (permit->row.lease_until) value.add("lease_until", to_string(*permit->row.lease_until));
  if (auto failed =
          add_receipt(context, value, *call.project, view->rows.state.leaf_index)) {
    return *std::move(failed);
  }
  return private_reply(json::compact(value));
}

net::Outcome claim_permit(Context& context, Call& call) {
  if (auto limited = limit_key(context, call)) return *std::move(limited);
  const auto document = read_object(std::move(call.request.body));
  if (!document) return document.error();
  std::optional<net::Reply> refusal;
  Members body(document->root, "", refusal);
  const auto token = Digest::from_hex(body.text("token_sha256", {.required = true}));
  if (!refusal && !token) {
    body.refuse("token_sha256", "must be 64 hex characters");
  }
  std::string nonce = take_token(body, "nonce", refusal);
  std::string claim_key = take_token(body, "claim_key", refusal);
  if (refusal) return *std::move(refusal);
  const std::string& id = call.parameter("id");
  if (!is_id("pmt", id)) return refuse(Reason::not_found);
  core::ClaimPermit command{.project = call.key->project,
                            .permit = id,
                            .executor = call.key->id,
                            .token_sha256 = *token,
                            .nonce = std::move(nonce),
                            .claim_key = std::move(claim_key)};
  return submit(context, std::move(command), [](const core::ClaimPermit::Result& result) {
    auto value = json::Value::object();
    value.add("claim", result.answer).add("lease_until", to_string(result.lease_until));
    if (result.replay) value.add("replay", true);
    return private_reply(json::compact(value));
  });
}

net::Outcome report_outcome(Context& context, Call& call) {
  if (auto limited = limit_key(context, call)) return *std::move(limited);
  const auto document = read_object(std::move(call.request.body));
  if (!document) return document.error();
  std::optional<net::Reply> refusal;
  Members body(document->root, "", refusal);
  const std::string outcome = body.text("outcome", {.required = true});
  if (!refusal && outcome != "succeeded" && outcome != "failed" && outcome != "indeterminate") {
    body.refuse("outcome", "must be succeeded, failed or indeterminate");
  }
  std::string claim_key = take_token(body, "claim_key", refusal);
  if (refusal) return *std::move(refusal);
  const std::string& id = call.parameter("id");
  if (!is_id("pmt", id)) return refuse(Reason::not_found);
  core::ReportOutcome command{.project = call.key->project,
                              .permit = id,
                              .executor = call.key->id,
                              .claim_key = std::move(claim_key),
                              .outcome = outcome};
  return submit(context, std::move(command),
                [id, outcome](const core::ReportOutcome::Result& result) {
                  auto value = json::Value::object();
                  value.add("id", id)
                      .add("request_id", result.request)
                      .add("outcome", outcome)
                      .add("recorded_at", to_string(result.recorded))
                      .add("leaf", result.leaf_index);
                  if (result.replay) value.add("replay", true);
                  return private_reply(json::compact(value));
                });
}

std::optional<json::Value> permit_told(Context& context, const core::RequestView& view) {
  const auto permit = permit_after(context, view);
  if (!permit) return std::nullopt;
  return describe(*permit);
}

std::optional<json::Value> permit_shown(Context& context, const core::Directory& directory,
                                        const core::RequestView& view) {
  const auto permit = permit_after(context, view);
  if (!permit) return std::nullopt;
  const std::string& id = permit->row.executor;
  const auto key = std::ranges::find_if(
      directory.keys, [&](const auto& item) { return item.second.id == id; });
  auto executor = json::Value::object();
  executor.add("id", id).add("name", key == directory.keys.end() ? "" : key->second.name);
  auto value = json::Value::object();
  value.add("id", permit->row.id)
      .add("executor", std::move(executor))
      .add("state", permit->state)
      .add("use_by", to_string(permit->row.expires));
  if (permit->state == "claimed" && permit->row.lease_until) {
    value.add("lease_until", to_string(*permit->row.lease_until));
  }
  return value;
}

}  // namespace lp::api
