#include "api/admin/channels.h"

#include "api/errors.h"
#include "api/reply.h"
#include "api/review/channel_body.h"
#include "api/submit.h"
#include "core/condition.h"
#include "json/write.h"

namespace lp::api {
namespace {

json::Value check(const std::string& name, const std::string& project, bool ok,
                  const std::string& detail) {
  auto value = json::Value::object();
  value.add("name", name).add("project", project).add("ok", ok).add("detail", detail);
  return value;
}

json::Value check_public_url(const Context& context) {
  if (!context.public_url.empty()) return check("public_url", "", true, context.public_url);
  return check("public_url", "", false,
               "server.public_url is not set: links in notices lead to " + people_url(context) +
                   ", which only this machine reaches.");
}

const char* const channel_missing =
    "Nobody is told when a request waits: no channel has been seen to work. Add one with letsping "
    "channel add, or on the page Notifications, and send a test.";

}  // namespace

net::Outcome list_all_channels(Context& context, Call& call) {
  const auto health = read_health(context);
  if (!health) return health.error();
  const auto known = by_destination(*health);
  json::Array items;
  for (const auto& [id, channel] : call.directory->channels) {
    items.push_back(describe_channel(channel, known, true));
  }
  auto value = json::Value::object();
  value.add("channels", json::Value::array(std::move(items)));
  return private_reply(json::compact(value));
}

net::Outcome add_any_channel(Context& context, Call& call) {
  auto command = read_channel(context, *call.directory, std::move(call.request.body));
  if (!command) return std::move(command.error());
  return submit(context, *std::move(command), [](const core::AddChannel::Result& result) {
    auto value = describe_channel(result.channel, {}, true);
    if (!result.secret.empty()) value.add("secret", result.secret.reveal());
    return private_reply(json::compact(value));
  });
}

net::Outcome remove_any_channel(Context& context, Call& call) {
  return submit(context, core::RemoveChannel{.id = call.parameter("id")},
                [](const core::RemoveChannel::Result&) { return private_reply("{}"); });
}

net::Outcome test_any_channel(Context& context, Call& call) {
  const auto found = call.directory->channels.find(call.parameter("id"));
  if (found == call.directory->channels.end()) return refuse(Reason::not_found);
  return send_test(context, found->second.project, found->first);
}

net::Outcome show_checks(Context& context, Call& call) {
  const auto health = read_health(context);
  if (!health) return health.error();
  const auto name_of = [&](const std::string& project) {
    const core::ProjectView* view = call.directory->project(project);
    return view == nullptr ? std::string() : view->row.name;
  };
  json::Array items{check_public_url(context)};
  const Instant now = context.engine.clock().now();
  for (const auto& condition : core::conditions(context.engine, now, context.waiting_ms_max)) {
    items.push_back(check(condition.name, name_of(condition.project), condition.wrong.empty(),
                          condition.wrong));
  }
  for (const auto& [id, project] : call.directory->projects) {
    if (call.directory->succeeded(id)) continue;
    const bool told = core::reachable(*call.directory, project, *health);
    items.push_back(check("channel", project.row.name, told, told ? "" : channel_missing));
  }
  auto value = json::Value::object();
  value.add("checks", json::Value::array(std::move(items)));
  return private_reply(json::compact(value));
}

}  // namespace lp::api
