#include "api/review/sessions.h"

#include <algorithm>
#include <set>
#include <utility>

#include "api/errors.h"
#include "api/reply.h"
#include "api/submit.h"
#include "base/text.h"
#include "json/write.h"

namespace lp::api {
namespace {

constexpr std::size_t id_bytes = 16;

}  // namespace

std::set<std::string> members_in_sight(const core::Directory& directory, const Session& session) {
  std::set<std::string> members{session.member};
  for (const auto& [id, project] : directory.projects) {
    if (directory.succeeded(id) || !may(session, project, identity::Right::manage_people)) continue;
    for (const auto& entry : project.entries) members.insert(entry.member);
  }
  return members;
}

namespace {

std::expected<std::vector<ListedSession>, net::Reply> sessions_in_sight(
    Context& context, const core::Directory& directory, const Session& session) {
  const auto members = members_in_sight(directory, session);
  return live_sessions(context, directory,
                       [&](const std::string& member) { return members.contains(member); });
}

}  // namespace

std::string session_id(const Digest& token) {
  return "ses_" + base32(token.view().substr(0, id_bytes));
}

std::expected<std::vector<ListedSession>, net::Reply> live_sessions(
    Context& context, const core::Directory& directory,
    const std::function<bool(const std::string& member)>& wanted) {
  auto rows = context.engine.reader().sessions();
  if (!rows) return std::unexpected(internal_error("store.read_failed", rows.error().what));
  std::vector<ListedSession> found;
  for (auto& row : *rows) {
    if (!wanted(row.member) || !is_live(context, directory, row)) continue;
    found.push_back({.row = row,
                     .name = directory.members.at(row.member).name,
                     .key_class = std::string(*opener_of(directory, row))});
  }
  std::ranges::sort(found, [](const auto& one, const auto& other) {
    return std::pair(other.row.created, other.row.token) <
           std::pair(one.row.created, one.row.token);
  });
  return found;
}

json::Value describe_session(Context& context, const ListedSession& session) {
  const store::Session& row = session.row;
  auto value = json::Value::object();
  value.add("id", session_id(row.token))
      .add("member", row.member)
      .add("name", session.name)
      .add("key", row.key)
      .add("class", session.key_class)
      .add("created_at", to_string(row.created))
      .add("expires_at", to_string(row.expires))
      .add("active", context.activity.active(row.token, context.engine.clock().monotonic_ms()));
  if (const auto use = context.last_use.of(row.token)) {
    value.add("last_used_at", to_string(use->at)).add("network", use->network);
  }
  return value;
}

net::Outcome end_one(Context& context, const std::vector<ListedSession>& sessions,
                     const std::string& id) {
  const auto found = std::ranges::find_if(
      sessions, [&](const auto& item) { return session_id(item.row.token) == id; });
  if (found == sessions.end()) return refuse(Reason::not_found);
  context.activity.end(found->row.token);
  return submit(context, core::EndSession{.token = found->row.token},
                [](const core::EndSession::Result&) { return private_reply("{}"); });
}

net::Reply describe_ended(const core::EndSessions::Result& result) {
  auto value = json::Value::object();
  value.add("ended", result.ended);
  return private_reply(json::compact(value));
}

net::Outcome list_sessions(Context& context, Call& call, const Session& session) {
  const auto sessions = sessions_in_sight(context, *call.directory, session);
  if (!sessions) return sessions.error();
  json::Array items;
  for (const auto& item : *sessions) {
    auto value = describe_session(context, item);
    value.add("current", item.row.token == session.token);
    items.push_back(std::move(value));
  }
  auto value = json::Value::object();
  value.add("sessions", json::Value::array(std::move(items)));
  return private_reply(json::compact(value));
}

net::Outcome end_session(Context& context, Call& call, const Session& session) {
  const auto sessions = sessions_in_sight(context, *call.directory, session);
  if (!sessions) return sessions.error();
  return end_one(context, *sessions, call.parameter("id"));
}

net::Outcome end_other_sessions(Context& context, Call&, const Session& session) {
  return submit(context, core::EndSessions{.member = session.member, .spared = session.token},
                describe_ended);
}

}  // namespace lp::api
