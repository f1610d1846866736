#include "api/letsping/changes.h"

#include <string>
#include <utility>

#include "api/authorize.h"
#include "api/errors.h"
#include "api/letsping/isolation.h"
#include "api/letsping/payload.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/submit.h"
#include "base/id.h"
#include "json/write.h"

namespace lp::api {

namespace {

constexpr std::size_t reason_max = 2'000;
constexpr std::int64_t version_max = 9'007'199'254'740'991;  // 2^53 - 1

std::expected<core::Revise, net::Reply> read_revision(std::string text, store::Payloads allowed) {
  const auto document = read_object(std::move(text));
  if (!document) return std::unexpected(document.error());
  std::optional<net::Reply> refusal;
  Members body(document->root, "", refusal);
  core::Revise command;
  const auto version = body.integer("version", 1, version_max);
  if (!version) body.refuse("version", "must be the version that is revised");
  if (const json::Value* facts = body.object("facts")) command.facts = document->source(*facts);
  if (const json::Value* schema = body.find("schema")) command.schema = document->source(*schema);
  if (refusal) return std::unexpected(*std::move(refusal));
  auto payload = read_payload(*document, document->root.find("payload"), allowed);
  if (!payload) return std::unexpected(payload.error());
  command.version = static_cast<std::uint64_t>(*version);
  command.payload = std::move(payload->text);
  command.envelope = std::move(payload->envelope);
  command.lossy = std::move(payload->lossy);
  return command;
}

}  // namespace

net::Outcome cancel(Context& context, Call& call) {
  if (auto limited = limit_key(context, call)) return *std::move(limited);
  const std::string& id = call.parameter("id");
  if (!is_id("req", id)) return refuse(Reason::not_found);
  const auto document = read_object(std::move(call.request.body), true);
  if (!document) return document.error();
  std::optional<net::Reply> refusal;
  Members body(document->root, "", refusal);
  core::Cancel command{.project = call.key->project,
                       .request = id,
                       .api_key = call.key->id,
                       .reason = body.text("reason", {.max = reason_max})};
  if (refusal) return *std::move(refusal);
  return submit(context, std::move(command), [](const core::Cancel::Result& result) {
    auto reply = json::Value::object();
    reply.add("id", result.state.request)
        .add("status", "REJECTED")
        .add("state", approval::to_string(result.state.state.state));
    return json_reply(json::compact(reply));
  });
}

net::Outcome revise(Context& context, Call& call) {
  if (auto limited = limit_key(context, call)) return *std::move(limited);
  const std::string& id = call.parameter("id");
  if (!is_id("req", id)) return refuse(Reason::not_found);
  auto command = read_revision(std::move(call.request.body), call.project->row.payloads);
  if (!command) return std::move(command.error());
  command->project = call.key->project;
  command->request = id;
  command->api_key = call.key->id;
  command->same_account = same_account(call.request.peer);
  return submit(context, *std::move(command), [id](const core::Revise::Result& result) {
    auto reply = json::Value::object();
    reply.add("id", id).add("version", result.version);
    if (result.advisory) reply.add("advisory", advisory);
    return json_reply(json::compact(reply));
  });
}

}  // namespace lp::api
