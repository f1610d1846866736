#include "api/epoch_body.h"

#include <optional>
#include <utility>

#include "api/members.h"
#include "api/reply.h"
#include "api/submit.h"
#include "json/write.h"

namespace lp::api {

namespace {

constexpr TextRule reason_rule{.required = false, .max = 500};

}  // namespace

std::expected<EpochBody, net::Reply> read_epoch(std::string body) {
  const auto document = read_object(std::move(body));
  if (!document) return std::unexpected(document.error());
  std::optional<net::Reply> refusal;
  Members members(document->root, "", refusal);
  EpochBody read;
  read.project = members.text("project", {.required = true});
  core::RaiseEpoch& command = read.command;
  command.agent = members.text("agent");
  command.service = members.text("service");
  command.action = members.text("action");
  command.reason = members.text("reason", reason_rule);
  const bool tool = !command.service.empty() || !command.action.empty();
  if (tool && (command.service.empty() || command.action.empty())) {
    members.refuse(command.service.empty() ? "service" : "action",
                   "is required: a tool is a service and an action");
  }
  if (tool && !command.agent.empty()) {
    members.refuse("agent", "is not taken beside a tool: raise one epoch at a time");
  }
  if (refusal) return std::unexpected(*std::move(refusal));
  command.kind = tool ? "tool" : command.agent.empty() ? "project" : "agent";
  return read;
}

std::expected<std::string, net::Reply> read_reason(std::string body) {
  const auto document = read_object(std::move(body), true);
  if (!document) return std::unexpected(document.error());
  std::optional<net::Reply> refusal;
  Members members(document->root, "", refusal);
  std::string reason = members.text("reason", reason_rule);
  if (refusal) return std::unexpected(*std::move(refusal));
  return reason;
}

net::Outcome raise(Context& context, core::RaiseEpoch command) {
  return submit(context, std::move(command), [](const core::RaiseEpoch::Result& result) {
    auto value = json::Value::object();
    value.add("number", result.number).add("permits_revoked", result.revoked);
    return private_reply(json::compact(value));
  });
}

net::Outcome stop(Context& context, core::StopAgent command) {
  return submit(context, std::move(command), [](const core::StopAgent::Result& result) {
    auto value = json::Value::object();
    value.add("number", result.number)
        .add("permits_revoked", result.revoked)
        .add("requests_cancelled", result.cancelled)
        .add("was_revoked", result.was_revoked);
    return private_reply(json::compact(value));
  });
}

}  // namespace lp::api
