#include "api/review/channel_body.h"

#include <algorithm>

#include "api/errors.h"
#include "api/members.h"
#include "api/reply.h"
#include "base/text.h"
#include "json/write.h"

namespace lp::api {
namespace {

constexpr std::size_t name_max = 80, target_max = 2'000, token_max = 500;
constexpr std::int64_t second_ms = 1'000, day_s = 86'400;
constexpr std::size_t point_bytes = 65, auth_bytes = 16;

bool is_kind(std::string_view kind) {
  return kind == "mail" || kind == "slack" || kind == "teams" || kind == "webhook" ||
         kind == "ntfy";
}

// Who is meant, as far as the project knows them.
bool is_audience(const core::ProjectView& project, std::string_view audience) {
  constexpr std::string_view group = "group:", member = "member:";
  if (audience.empty()) return true;
  if (audience.starts_with(member)) {
    const std::string_view id = audience.substr(member.size());
    return std::ranges::any_of(project.entries,
                               [&](const auto& entry) { return entry.member == id; });
  }
  const std::string_view name = audience.substr(std::min(group.size(), audience.size()));
  return audience.starts_with(group) &&
         std::ranges::any_of(project.entries, [&](const auto& entry) {
           return std::ranges::count(entry.groups, name) > 0;
         });
}

// "o…@example.org": enough to tell it by.
std::string hint_of(std::string_view kind, const std::string& target) {
  if (kind != "mail") return url_hint(target);
  const std::size_t at = target.rfind('@');
  return target.substr(0, 1) + "…" + target.substr(at);
}

// What the other end answered is theirs to know; why nobody could be reached is of our network.
std::string_view public_part(std::string_view error) {
  const bool answered = error.starts_with("HTTP ") || error.starts_with("The mail server ");
  return answered ? error : "It was not sent";
}

std::int64_t after_ms(Members& members) {
  return members.integer("after_s", 0, core::after_ms_max / second_ms).value_or(0) * second_ms;
}

}  // namespace

std::string url_hint(const std::string& url) {
  return url.substr(0, url.find_first_of("/?#", url.find("://") + 3)) + "/…";
}

json::Value health_members(json::Value value, const std::string& destination,
                           const HealthByDestination& health, bool manages) {
  const auto known = health.find(destination);
  value.add("works", known != health.end() && known->second.works());
  if (known == health.end()) return value;
  const store::ReachHealth& row = known->second;
  if (row.succeeded) value.add("last_success", to_string(*row.succeeded));
  if (row.failed) {
    value.add("last_failure", to_string(*row.failed))
        .add("why", manages ? row.last_error : public_part(row.last_error));
  }
  if (row.shown) value.add("last_shown", to_string(*row.shown));
  return value;
}

std::expected<std::vector<store::ReachHealth>, net::Reply> read_health(Context& context) {
  auto rows = context.engine.reader().reach_health();
  if (!rows) return std::unexpected(internal_error("store.read_failed", rows.error().what));
  return *std::move(rows);
}

HealthByDestination by_destination(const std::vector<store::ReachHealth>& health) {
  HealthByDestination known;
  for (const auto& row : health) known.emplace(row.destination, row);
  return known;
}

json::Value describe_channel(const store::Channel& channel, const HealthByDestination& health,
                             bool manages) {
  auto value = json::Value::object();
  value.add("id", channel.id)
      .add("project", channel.project)
      .add("kind", channel.kind)
      .add("name", channel.name)
      .add("audience", channel.audience)
      .add("to", channel.hint)
      .add("after_s", channel.after_ms / second_ms)
      .add("repeat_s", channel.repeat_ms / second_ms)
      .add("created_at", to_string(channel.created));
  return health_members(std::move(value), channel.id, health, manages);
}

json::Value describe_browser(const store::PushSubscription& browser,
                             const HealthByDestination& health) {
  auto value = json::Value::object();
  value.add("id", browser.id)
      .add("name", browser.name)
      .add("after_s", browser.after_ms / second_ms)
      .add("created_at", to_string(browser.created));
  return health_members(std::move(value), browser.id, health, false);
}

std::expected<core::AddChannel, net::Reply> read_channel(Context& context,
                                                         const core::Directory& directory,
                                                         std::string body) {
  if (context.reach == nullptr) return std::unexpected(refuse(Reason::not_serving));
  const auto document = read_object(std::move(body));
  if (!document) return std::unexpected(document.error());
  std::optional<net::Reply> refusal;
  Members members(document->root, "", refusal);
  core::AddChannel command;
  store::Channel& channel = command.channel;
  const std::string named = members.text("project", {.required = true});
  channel.kind = members.text("kind", {.required = true});
  channel.name = members.text("name", {.required = true, .max = name_max});
  const std::string to = members.text("to", {.required = true, .max = target_max});
  channel.audience = members.text("audience");
  command.target.secret = Secret(members.text("token", {.max = token_max}));
  channel.after_ms = after_ms(members);
  channel.repeat_ms = members.integer("repeat_s", 0, day_s).value_or(0) * second_ms;
  if (!is_kind(channel.kind)) members.refuse("kind", "must be mail, slack, teams, webhook or ntfy");
  if (channel.repeat_ms != 0 && channel.repeat_ms < core::repeat_ms_min) {
    members.refuse("repeat_s", "must be 0, or an integer from 60 to 86400");
  }
  if (refusal) return std::unexpected(*std::move(refusal));
  const core::ProjectView* project = directory.project_named(named);
  if (project == nullptr) return std::unexpected(refuse(Reason::not_found));
  channel.project = project->row.id;
  if (!is_audience(*project, channel.audience)) {
    return std::unexpected(refuse_member(
        "/audience", "must be empty, group:NAME or member:ID of somebody in the project"));
  }
  if (!context.reach->sends(channel.kind)) return std::unexpected(refuse(Reason::channel_off));
  if (const auto wrong = context.reach->refuse_target(channel.kind, to); !wrong.empty()) {
    return std::unexpected(refuse_member("/to", wrong));
  }
  channel.hint = hint_of(channel.kind, to);
  (channel.kind == "mail" ? command.target.address : command.target.url) = to;
  return command;
}

std::expected<core::Subscribe, net::Reply> read_browser(Context& context, std::string body) {
  if (context.reach == nullptr) return std::unexpected(refuse(Reason::not_serving));
  if (context.reach->push_key().empty()) return std::unexpected(refuse(Reason::channel_off));
  const auto document = read_object(std::move(body));
  if (!document) return std::unexpected(document.error());
  std::optional<net::Reply> refusal;
  Members members(document->root, "", refusal);
  const auto bytes = [&](std::string_view name, std::size_t count) {
    auto decoded = from_base64url(members.text(name, {.required = true}));
    if (!decoded || decoded->size() != count) {
      members.refuse(name, "must be base64url of as many bytes as RFC 8291 says");
    }
    return std::move(decoded).value_or(std::string());
  };
  core::Subscribe command;
  command.name = members.text("name", {.required = true, .max = name_max});
  command.target.url = members.text("endpoint", {.required = true, .max = target_max});
  command.target.p256dh = bytes("p256dh", point_bytes);
  command.target.auth = bytes("auth", auth_bytes);
  command.after_ms = after_ms(members);
  if (refusal) return std::unexpected(*std::move(refusal));
  if (const auto wrong = context.reach->refuse_browser(command.target); !wrong.empty()) {
    return std::unexpected(refuse_member("/endpoint", wrong));
  }
  return command;
}

net::Reply describe_added(const core::AddChannel::Result& result) {
  auto value = json::Value::object();
  value.add("channel", describe_channel(result.channel, {}, true));
  if (!result.secret.empty()) value.add("secret", result.secret.reveal());
  return private_reply(json::compact(value));
}

net::Reply describe_preview(const std::string& text) {
  auto value = json::Value::object();
  value.add("text", text);
  return private_reply(json::compact(value));
}

net::Reply send_test(Context& context, const std::string& project, const std::string& destination) {
  if (context.reach == nullptr) return refuse(Reason::not_serving);
  if (!context.reach->test(project, destination)) return refuse(Reason::overloaded);
  return private_reply("{}");
}

}  // namespace lp::api
