#include "api/review/agents.h"

#include <algorithm>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/epoch_body.h"
#include "api/errors.h"
#include "api/letsping/agents.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/submit.h"
#include "core/agent_commands.h"
#include "evidence/roster.h"
#include "json/write.h"

namespace lp::api {
namespace {

using identity::KeyRole;
using identity::Right;

// Of so many of a project's newest open requests it is counted whose they are; the page says so
// where there are more.
constexpr std::uint64_t counted_max = 500;
constexpr std::size_t name_max = 80;

// Who asked for how many of the newest open requests.
struct Waiting {
  std::map<std::string, std::uint64_t, std::less<>> of;  // by agent id, else key id
  std::uint64_t counted = 0;
};
Waiting waiting_in(Context& context, const std::string& project) {
  store::RequestFilter filter;
  filter.projects = {project};
  filter.pending = true;
  filter.limit = counted_max;
  Waiting waiting;
  for (const core::RequestView& view : context.engine.requests(filter)) {
    ++waiting.of[view.rows.request.agent_id];
    ++waiting.counted;
  }
  return waiting;
}

std::uint64_t count_of(const Waiting& waiting, const std::string& id) {
  const auto found = waiting.of.find(id);
  return found == waiting.of.end() ? 0 : found->second;
}

// {id, name}: the member who made it, and so answers for it; the name of nobody is "".
json::Value owner_of(const core::Directory& directory, const std::string& made_by) {
  const std::string id =
      made_by == "setup_owner" ? directory.setup_owner.value_or(made_by) : made_by;
  const auto member = directory.members.find(id);
  auto value = json::Value::object();
  value.add("id", id).add("name", member == directory.members.end() ? "" : member->second.name);
  return value;
}

json::Value describe_key(Context& context, const core::Directory& directory,
                         const store::ApiKey& key, const Waiting& waiting) {
  auto value = json::Value::object();
  value.add("id", key.id)
      .add("role", identity::to_string(key.role))
      .add("name", key.name)
      .add("owner", owner_of(directory, key.made_by))
      .add("created_at", to_string(key.created))
      .add("pending", count_of(waiting, key.id));
  if (key.revoked) value.add("revoked_at", to_string(*key.revoked));
  if (const auto use = context.key_uses.of(key.digest)) {
    value.add("last_seen_at", to_string(use->at)).add("network", use->network);
  }
  return value;
}

json::Value describe_agent(const core::Directory& directory, const store::Agent& agent,
                           const Waiting& waiting) {
  const bool own_key = !agent.public_key.empty();
  auto value = json::Value::object();
  value.add("id", agent.id)
      .add("handle", agent.handle)
      .add("owner", owner_of(directory, agent.made_by))
      .add("proof", own_key ? "httpsig" : "hmac")
      .add("created_at", to_string(agent.created))
      .add("pending", count_of(waiting, agent.id));
  if (own_key) value.add("key", evidence::key_id(agent.public_key));
  if (agent.rotated) value.add("rotated_at", to_string(*agent.rotated));
  if (agent.previous_until) value.add("previous_until", to_string(*agent.previous_until));
  if (agent.revoked) value.add("revoked_at", to_string(*agent.revoked));
  return value;
}

// The roles of keys that this member may make and end.
std::vector<KeyRole> roles_of(const Session& session, const core::ProjectView& project) {
  if (!may(session, project, Right::manage_agents)) return {};
  if (!may(session, project, Right::manage_people)) return {KeyRole::agent};
  return {KeyRole::agent, KeyRole::executor, KeyRole::auditor, KeyRole::admin};
}

bool may_manage(const Session& session, const core::ProjectView& project, KeyRole role) {
  return std::ranges::count(roles_of(session, project), role) > 0;
}

json::Value describe_project(Context& context, const core::Directory& directory,
                             const core::ProjectView& project, const Session& session) {
  const Waiting waiting = waiting_in(context, project.row.id);
  std::vector<const store::ApiKey*> keys;
  for (const auto& [digest, key] : directory.keys) {
    if (key.project == project.row.id) keys.push_back(&key);
  }
  std::ranges::sort(keys, {}, &store::ApiKey::id);  // by age
  json::Array key_items, agent_items, roles;
  for (const auto* key : keys) {
    key_items.push_back(describe_key(context, directory, *key, waiting));
  }
  for (const auto& [id, agent] : directory.agents) {
    if (agent.project != project.row.id) continue;
    agent_items.push_back(describe_agent(directory, agent, waiting));
  }
  for (const KeyRole role : roles_of(session, project)) {
    roles.emplace_back(identity::to_string(role));
  }
  auto value = json::Value::object();
  value.add("id", project.row.id)
      .add("name", project.row.name)
      .add("manages", may(session, project, Right::manage_agents))
      .add("roles", json::Value::array(std::move(roles)))
      .add("pending", project.live->pending.load())
      .add("counted", waiting.counted)
      .add("keys", json::Value::array(std::move(key_items)))
      .add("agents", json::Value::array(std::move(agent_items)));
  return value;
}

// What is not theirs to see is not there; what is not theirs to change is refused.
std::optional<net::Reply> refuse_project(const Session& session, const core::ProjectView* project) {
  if (project == nullptr || !sees(session, *project)) return refuse(Reason::not_found);
  if (!may(session, *project, Right::manage_agents)) return refuse(Reason::not_permitted);
  return std::nullopt;
}

const store::ApiKey* key_called(const core::Directory& directory, std::string_view id) {
  const auto found = std::ranges::find_if(
      directory.keys, [&](const auto& item) { return item.second.id == id; });
  return found == directory.keys.end() ? nullptr : &found->second;
}

// The agent of the call's path, that they may manage.
std::expected<const store::Agent*, net::Reply> managed_agent(const Call& call,
                                                             const Session& session) {
  const auto found = call.directory->agents.find(call.parameter("id"));
  const bool there = found != call.directory->agents.end();
  if (auto refused = refuse_project(
          session, there ? call.directory->project(found->second.project) : nullptr)) {
    return std::unexpected(*std::move(refused));
  }
  return &found->second;
}

net::Reply describe_secret(const std::string& id, const std::optional<Secret>& secret,
                           const std::string& key) {
  auto value = json::Value::object();
  value.add("id", id);
  if (secret) value.add("secret", secret->reveal());
  if (!key.empty()) value.add("key", key);
  return private_reply(json::compact(value));
}

net::Reply nothing_more() {
  return private_reply("{}");
}

}  // namespace

net::Outcome list_agents(Context& context, Call& call, const Session& session) {
  json::Array projects;
  for (const auto& [id, project] : call.directory->projects) {
    if (call.directory->succeeded(id) || !sees(session, project)) continue;
    projects.push_back(describe_project(context, *call.directory, project, session));
  }
  auto value = json::Value::object();
  value.add("projects", json::Value::array(std::move(projects)));
  return private_reply(json::compact(value));
}

net::Outcome add_api_key(Context& context, Call& call, const Session& session) {
  if (!may_somewhere(*call.directory, session, Right::manage_agents)) {
    return refuse(Reason::not_permitted);
  }
  const auto document = read_object(std::move(call.request.body));
  if (!document) return document.error();
  std::optional<net::Reply> refusal;
  Members body(document->root, "", refusal);
  const std::string named = body.text("project", {.required = true});
  const auto role = identity::key_role(body.text("role", {.required = true}));
  const std::string name = body.text("name", {.required = true, .max = name_max});
  if (!role) body.refuse("role", "must be agent, executor, auditor or admin");
  if (refusal) return *std::move(refusal);
  const core::ProjectView* project = call.directory->project_named(named);
  if (auto refused = refuse_project(session, project)) return *std::move(refused);
  if (!may_manage(session, *project, *role)) return refuse(Reason::not_permitted);
  core::OfMember<core::CreateKey> command{
      .command = {.project = project->row.id, .role = *role, .name = name},
      .actor = actor_of(session)};
  return submit(context, std::move(command), [](const core::CreateKey::Result& result) {
    return describe_secret(result.id, result.key, {});
  });
}

net::Outcome end_api_key(Context& context, Call& call, const Session& session) {
  const store::ApiKey* key = key_called(*call.directory, call.parameter("id"));
  const core::ProjectView* project =
      key == nullptr ? nullptr : call.directory->project(key->project);
  if (auto refused = refuse_project(session, project)) return *std::move(refused);
  if (!may_manage(session, *project, key->role)) return refuse(Reason::not_permitted);
  core::OfMember<core::RevokeKey> command{.command = {.project = key->project, .id = key->id},
                                          .actor = actor_of(session)};
  return submit(context, std::move(command),
                [](const core::RevokeKey::Result&) { return nothing_more(); });
}

net::Outcome add_agent(Context& context, Call& call, const Session& session) {
  if (!may_somewhere(*call.directory, session, Right::manage_agents)) {
    return refuse(Reason::not_permitted);
  }
  const auto document = read_object(std::move(call.request.body));
  if (!document) return document.error();
  std::optional<net::Reply> refusal;
  Members body(document->root, "", refusal);
  const std::string named = body.text("project", {.required = true});
  const std::string handle = body.text("handle", {.required = true, .max = name_max});
  if (!is_handle(handle)) body.refuse("handle", handle_must);
  std::string spki;
  if (const std::string text = body.text("public_key"); !text.empty()) {
    auto decoded = read_public_key(text);
    if (!decoded) body.refuse("public_key", public_key_must);
    spki = std::move(decoded).value_or(std::string());
  }
  if (refusal) return *std::move(refusal);
  const core::ProjectView* project = call.directory->project_named(named);
  if (auto refused = refuse_project(session, project)) return *std::move(refused);
  const std::string key = spki.empty() ? "" : evidence::key_id(spki);
  core::RegisterAgent command{.project = project->row.id,
                              .handle = handle,
                              .made_by = session.member,
                              .public_key = std::move(spki),
                              .by = {.actor = actor_of(session)}};
  return submit(context, std::move(command), [key](const core::RegisterAgent::Result& result) {
    return describe_secret(result.agent_id, result.secret, key);
  });
}

net::Outcome renew_agent(Context& context, Call& call, const Session& session) {
  const auto agent = managed_agent(call, session);
  if (!agent) return agent.error();
  core::OfMember<core::RotateAgent> command{
      .command = {.project = (*agent)->project,
                  .agent = (*agent)->id,
                  .api_key = {},
                  .public_key = {},
                  .proof = {}},
      .actor = actor_of(session)};
  return submit(context, std::move(command),
                [id = (*agent)->id](const core::RotateAgent::Result& result) {
                  auto value = json::Value::object();
                  value.add("id", id)
                      .add("secret", result.secret->reveal())
                      .add("previous_until", to_string(result.previous_until));
                  return private_reply(json::compact(value));
                });
}

net::Outcome end_agent(Context& context, Call& call, const Session& session) {
  const auto agent = managed_agent(call, session);
  if (!agent) return agent.error();
  core::RevokeAgent command{
      .project = (*agent)->project, .agent = (*agent)->id, .actor = actor_of(session)};
  return submit(context, std::move(command),
                [](const core::RevokeAgent::Result&) { return nothing_more(); });
}

net::Outcome stop_any_agent(Context& context, Call& call, const Session& session) {
  const std::string& id = call.parameter("id");
  const store::ApiKey* key = key_called(*call.directory, id);
  std::string project;
  if (key == nullptr) {
    const auto agent = managed_agent(call, session);
    if (!agent) return agent.error();
    project = (*agent)->project;
  } else {
    if (auto refused = refuse_project(session, call.directory->project(key->project))) {
      return *std::move(refused);
    }
    if (key->role != KeyRole::agent) return refuse(Reason::not_permitted);
    project = key->project;
  }
  auto reason = read_reason(std::move(call.request.body));
  if (!reason) return std::move(reason.error());
  return stop(context, {.project = project,
                        .agent = id,
                        .reason = *std::move(reason),
                        .actor = actor_of(session)});
}

net::Outcome raise_any_epoch(Context& context, Call& call, const Session& session) {
  if (!may_somewhere(*call.directory, session, Right::manage_agents)) {
    return refuse(Reason::not_permitted);
  }
  auto body = read_epoch(std::move(call.request.body));
  if (!body) return std::move(body.error());
  const core::ProjectView* project = call.directory->project_named(body->project);
  if (auto refused = refuse_project(session, project)) return *std::move(refused);
  body->command.project = project->row.id;
  body->command.actor = actor_of(session);
  return raise(context, std::move(body->command));
}

}  // namespace lp::api
