#include "api/review/reach.h"

#include <set>

#include "api/errors.h"
#include "api/reply.h"
#include "api/review/channel_body.h"
#include "api/submit.h"
#include "json/text_array.h"
#include "json/write.h"

namespace lp::api {
namespace {

constexpr const char* kinds[] = {"mail", "slack", "teams", "webhook", "ntfy"};

bool manages(const Session& session, const core::ProjectView& project) {
  return may(session, project, identity::Right::manage_people);
}

bool is_own(const Session& session, const store::Channel& channel) {
  return channel.audience == "member:" + session.member;
}

// A person's own channel is theirs and of those who manage the project, also to be seen.
bool sees_channel(const Session& session, const core::ProjectView& project,
                  const store::Channel& channel) {
  const bool personal = channel.audience.starts_with("member:");
  return sees(session, project) &&
         (!personal || is_own(session, channel) || manages(session, project));
}

bool may_change(const Session& session, const core::ProjectView& project,
                const store::Channel& channel) {
  return manages(session, project) || (sees(session, project) && is_own(session, channel));
}

// What is not theirs to see is not there; what is not theirs to change is refused.
std::expected<const store::Channel*, net::Reply> channel_of(const Call& call,
                                                            const Session& session, bool change) {
  const auto& channels = call.directory->channels;
  const auto found = channels.find(call.parameter("id"));
  const core::ProjectView* project =
      found == channels.end() ? nullptr : call.directory->project(found->second.project);
  if (project == nullptr || !sees_channel(session, *project, found->second)) {
    return std::unexpected(refuse(Reason::not_found));
  }
  if (change && !may_change(session, *project, found->second)) {
    return std::unexpected(refuse(Reason::not_permitted));
  }
  return &found->second;
}

const store::PushSubscription* browser_of(const Call& call, const Session& session) {
  const auto& browsers = call.directory->subscriptions;
  const auto found = browsers.find(call.parameter("id"));
  const bool own = found != browsers.end() && found->second.member == session.member;
  return own ? &found->second : nullptr;
}

json::Value describe_project(const core::Directory& directory, const core::ProjectView& project,
                             const Session& session,
                             const std::vector<store::ReachHealth>& health) {
  const auto known = by_destination(health);
  json::Array channels;
  for (const auto& [id, channel] : directory.channels) {
    if (channel.project != project.row.id || !sees_channel(session, project, channel)) continue;
    auto value = describe_channel(channel, known, manages(session, project));
    value.add("own", is_own(session, channel))
        .add("may_change", may_change(session, project, channel));
    channels.push_back(std::move(value));
  }
  std::set<std::string> groups;
  for (const auto& entry : project.entries) {
    groups.insert(entry.groups.begin(), entry.groups.end());
  }
  auto value = json::Value::object();
  value.add("id", project.row.id)
      .add("name", project.row.name)
      .add("manages", manages(session, project))
      .add("reachable", core::reachable(directory, project, health))
      .add("groups", json::text_array(groups))
      .add("channels", json::Value::array(std::move(channels)));
  return value;
}

json::Array sendable(const Context& context) {
  json::Array names;
  for (const char* kind : kinds) {
    if (context.reach != nullptr && context.reach->sends(kind)) names.emplace_back(kind);
  }
  return names;
}

}  // namespace

net::Outcome list_channels(Context& context, Call& call, const Session& session) {
  const auto health = read_health(context);
  if (!health) return health.error();
  json::Array projects, browsers;
  for (const auto& [id, project] : call.directory->projects) {
    if (call.directory->succeeded(id) || !sees(session, project)) continue;
    projects.push_back(describe_project(*call.directory, project, session, *health));
  }
  const auto known = by_destination(*health);
  for (const auto& [id, browser] : call.directory->subscriptions) {
    if (browser.member == session.member) browsers.push_back(describe_browser(browser, known));
  }
  auto value = json::Value::object();
  value.add("push_key", context.reach == nullptr ? "" : context.reach->push_key())
      .add("kinds", json::Value::array(sendable(context)))
      .add("projects", json::Value::array(std::move(projects)))
      .add("browsers", json::Value::array(std::move(browsers)));
  return private_reply(json::compact(value));
}

net::Outcome add_channel(Context& context, Call& call, const Session& session) {
  if (!may_somewhere(*call.directory, session, identity::Right::see)) {
    return refuse(Reason::not_permitted);
  }
  auto command = read_channel(context, *call.directory, std::move(call.request.body));
  if (!command) return std::move(command.error());
  const core::ProjectView* project = call.directory->project(command->channel.project);
  if (!sees(session, *project)) return refuse(Reason::not_found);
  if (!may_change(session, *project, command->channel)) return refuse(Reason::not_permitted);
  command->by = actor_of(session);
  return submit(context, *std::move(command), describe_added);
}

net::Outcome remove_channel(Context& context, Call& call, const Session& session) {
  const auto channel = channel_of(call, session, true);
  if (!channel) return channel.error();
  core::RemoveChannel command{.id = (*channel)->id, .by = actor_of(session)};
  return submit(context, std::move(command),
                [](const core::RemoveChannel::Result&) { return private_reply("{}"); });
}

net::Outcome test_channel(Context& context, Call& call, const Session& session) {
  const auto channel = channel_of(call, session, true);
  if (!channel) return channel.error();
  return send_test(context, (*channel)->project, (*channel)->id);
}

net::Outcome preview_channel(Context& context, Call& call, const Session& session) {
  const auto channel = channel_of(call, session, false);
  if (!channel) return channel.error();
  if (context.reach == nullptr) return refuse(Reason::not_serving);
  return describe_preview(context.reach->preview(**channel));
}

net::Outcome add_browser(Context& context, Call& call, const Session& session) {
  if (!may_somewhere(*call.directory, session, identity::Right::see)) {
    return refuse(Reason::not_permitted);
  }
  auto command = read_browser(context, std::move(call.request.body));
  if (!command) return std::move(command.error());
  command->member = session.member;
  return submit(context, *std::move(command), [](const core::Subscribe::Result& result) {
    auto value = json::Value::object();
    value.add("browser", describe_browser(result.subscription, {}));
    return private_reply(json::compact(value));
  });
}

net::Outcome remove_browser(Context& context, Call& call, const Session& session) {
  core::Unsubscribe command{.id = call.parameter("id"), .member = session.member};
  return submit(context, std::move(command),
                [](const core::Unsubscribe::Result&) { return private_reply("{}"); });
}

net::Outcome test_browser(Context& context, Call& call, const Session& session) {
  const auto* browser = browser_of(call, session);
  return browser == nullptr ? refuse(Reason::not_found) : send_test(context, {}, browser->id);
}

net::Outcome preview_browser(Context& context, Call& call, const Session& session) {
  const auto* browser = browser_of(call, session);
  if (browser == nullptr) return refuse(Reason::not_found);
  if (context.reach == nullptr) return refuse(Reason::not_serving);
  return describe_preview(context.reach->preview(*browser));
}

net::Outcome note_shown(Context& context, Call& call, const Session& session) {
  core::NoteShown command{.subscription = call.parameter("id"), .member = session.member};
  return submit(context, std::move(command),
                [](const core::NoteShown::Result&) { return private_reply("{}"); });
}

}  // namespace lp::api
