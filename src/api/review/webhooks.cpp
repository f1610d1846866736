#include "api/review/webhooks.h"

#include <optional>
#include <string>
#include <utility>

#include "api/errors.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/review/channel_body.h"
#include "api/submit.h"
#include "core/agent_commands.h"
#include "json/write.h"

namespace lp::api {
namespace {

constexpr std::size_t url_max = 2'000;

bool manages(const Session& session, const core::ProjectView& project) {
  return may(session, project, identity::Right::manage_people);
}

std::optional<net::Reply> refuse_project(const Session& session, const core::ProjectView* project) {
  if (project == nullptr || !sees(session, *project)) return refuse(Reason::not_found);
  if (!manages(session, *project)) return refuse(Reason::not_permitted);
  return std::nullopt;
}

json::Value describe_webhook(const store::Webhook& webhook, const HealthByDestination& health) {
  auto value = json::Value::object();
  value.add("id", webhook.id)
      .add("to", url_hint(webhook.url))
      .add("created_at", to_string(webhook.created));
  return health_members(std::move(value), webhook.id, health, true);
}

}  // namespace

net::Outcome list_project_webhooks(Context& context, Call& call, const Session& session) {
  const auto health = read_health(context);
  if (!health) return health.error();
  const auto known = by_destination(*health);
  json::Array projects;
  for (const auto& [id, project] : call.directory->projects) {
    if (call.directory->succeeded(id) || !manages(session, project)) continue;
    json::Array webhooks;
    for (const auto& [webhook_id, webhook] : call.directory->webhooks) {
      if (webhook.project == id) webhooks.push_back(describe_webhook(webhook, known));
    }
    auto value = json::Value::object();
    value.add("id", id).add("webhooks", json::Value::array(std::move(webhooks)));
    projects.push_back(std::move(value));
  }
  auto value = json::Value::object();
  value.add("projects", json::Value::array(std::move(projects)));
  return private_reply(json::compact(value));
}

net::Outcome add_project_webhook(Context& context, Call& call, const Session& session) {
  if (!may_somewhere(*call.directory, session, identity::Right::manage_people)) {
    return refuse(Reason::not_permitted);
  }
  if (context.reach == nullptr) return refuse(Reason::not_serving);
  const auto document = read_object(std::move(call.request.body));
  if (!document) return document.error();
  std::optional<net::Reply> refusal;
  Members body(document->root, "", refusal);
  const std::string named = body.text("project", {.required = true});
  const std::string url = body.text("url", {.required = true, .max = url_max});
  if (const auto wrong = context.reach->refuse_target("webhook", url); !wrong.empty()) {
    body.refuse("url", wrong);
  }
  if (refusal) return *std::move(refusal);
  const core::ProjectView* project = call.directory->project_named(named);
  if (auto refused = refuse_project(session, project)) return *std::move(refused);
  core::OfMember<core::AddWebhook> command{.command = {.project = project->row.id, .url = url},
                                           .actor = actor_of(session)};
  return submit(context, std::move(command), [](const core::AddWebhook::Result& result) {
    auto value = json::Value::object();
    value.add("id", result.id).add("secret", result.secret.reveal());
    return private_reply(json::compact(value));
  });
}

net::Outcome remove_project_webhook(Context& context, Call& call, const Session& session) {
  const auto found = call.directory->webhooks.find(call.parameter("id"));
  const bool there = found != call.directory->webhooks.end();
  if (auto refused = refuse_project(
          session, there ? call.directory->project(found->second.project) : nullptr)) {
    return *std::move(refused);
  }
  core::RemoveWebhook command{
      .project = found->second.project, .id = found->first, .actor = actor_of(session)};
  return submit(context, std::move(command),
                [](const core::RemoveWebhook::Result&) { return private_reply("{}"); });
}

}  // namespace lp::api
