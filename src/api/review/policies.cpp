#include "api/review/policies.h"

#include <optional>
#include <string>
#include <utility>

#include "api/errors.h"
#include "api/members.h"
#include "api/policy_body.h"
#include "api/reply.h"
#include "core/policy_ports.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::api {
namespace {

using identity::Right;

// So many requests to put a version into force are told; more than one is rare.
constexpr std::uint64_t waiting_max = 20;

// What is not theirs to see is not there; what is not theirs to change is refused.
std::optional<net::Reply> refuse_project(const Session& session, const core::ProjectView* project) {
  if (project == nullptr || !sees(session, *project)) return refuse(Reason::not_found);
  if (!may(session, *project, Right::write_policies)) return refuse(Reason::not_permitted);
  return std::nullopt;
}

json::Value waiting_in(Context& context, const core::ProjectView& project) {
  store::RequestFilter filter;
  filter.projects = {project.row.id};
  filter.pending = true;
  filter.service = core::own_service;
  filter.action = core::activate_action;
  filter.limit = waiting_max;
  json::Array items;
  for (const core::RequestView& row : context.engine.requests(filter)) {
    const auto view = context.engine.request(row.rows.request.id, project.row.id);
    if (!view) continue;  // decided or erased since
    const auto payload = json::parse(view->payload);
    if (!payload) continue;
    auto item = json::Value::object();
    item.add("request", row.rows.request.id)
        .add("version", payload->root.find_integer("version").value_or(0))
        .add("asked_at", to_string(row.rows.request.created));
    items.push_back(std::move(item));
  }
  return json::Value::array(std::move(items));
}

json::Value describe_rule(const policy::Rule& rule, const policy::Document& document) {
  auto value = json::Value::object();
  value.add("name", rule.name).add("effect", to_string(rule.effect));
  if (rule.effect == policy::Effect::review) {
    value.add("level", to_string(rule.level))
        .add("quorum", document.quorums[rule.quorum.value_or(document.default_quorum)].rule);
  }
  json::Array conditions;
  for (const policy::Condition& condition : rule.conditions) {
    conditions.emplace_back(condition.text);
  }
  value.add("conditions", json::Value::array(std::move(conditions)));
  return value;
}

json::Value describe_rules(const policy::Document& document) {
  json::Array rules;
  for (const policy::Rule& rule : document.rules) rules.push_back(describe_rule(rule, document));
  auto defaults = json::Value::object();
  defaults.add("level", to_string(document.default_level))
      .add("quorum", document.quorums[document.default_quorum].rule);
  auto value = json::Value::object();
  value.add("rules", json::Value::array(std::move(rules))).add("defaults", std::move(defaults));
  if (document.lists_tools) {
    auto unknown = json::Value::object();
    unknown.add("effect", to_string(document.unknown_effect))
        .add("level", to_string(document.unknown_level));
    value.add("unknown_tool", std::move(unknown));
  }
  return value;
}

}  // namespace

net::Outcome list_project_policies(Context& context, Call& call, const Session& session) {
  json::Array projects;
  for (const auto& [id, project] : call.directory->projects) {
    if (call.directory->succeeded(id) || !sees(session, project)) continue;
    auto versions = list_versions(context, project);
    if (!versions) return versions.error();
    auto value = json::Value::object();
    value.add("id", id)
        .add("name", project.row.name)
        .add("writes", may(session, project, Right::write_policies))
        .add("in_force", project.row.policy_version)
        .add("versions", *std::move(versions))
        .add("waiting", waiting_in(context, project));
    projects.push_back(std::move(value));
  }
  auto value = json::Value::object();
  value.add("projects", json::Value::array(std::move(projects)));
  return private_reply(json::compact(value));
}

net::Outcome show_project_policy(Context& context, Call& call, const Session& session) {
  const core::ProjectView* project = call.directory->project(call.parameter("project"));
  if (project == nullptr || !sees(session, *project)) return refuse(Reason::not_found);
  auto& reader = context.engine.reader();
  const auto row =
      reader.policy_version(project->row.id, version_of(call.parameter("version"), project->row));
  if (!row) return internal_error("store.read_failed", row.error().what);
  if (!*row) return refuse(Reason::not_found);
  const auto document = policy::read_document((*row)->document, core::policy_ports());
  if (!document || document->sha256 != (*row)->sha256) return refuse(Reason::policy_unusable);
  auto value = describe_version(**row, project->row);
  value.add("document", (*row)->document).add("reads", describe_rules(*document));
  if (project->row.policy_version != (*row)->version) {
    auto compared = core::policy_changes(reader, *project, *document);
    if (!compared) return internal_error("store.read_failed", compared.error().what);
    value.add("changes", *std::move(compared));
  }
  return private_reply(json::compact(value));
}

net::Outcome push_project_policy(Context& context, Call& call, const Session& session) {
  if (!may_somewhere(*call.directory, session, Right::write_policies)) {
    return refuse(Reason::not_permitted);
  }
  const auto body = read_object(std::move(call.request.body));
  if (!body) return body.error();
  std::optional<net::Reply> refusal;
  Members members(body->root, "", refusal);
  const std::string named = members.text("project", {.required = true});
  core::PushPolicy command;
  command.document = members.text("document", {.required = true, .max = policy::text_bytes_max});
  if (refusal) return *std::move(refusal);
  const core::ProjectView* project = call.directory->project_named(named);
  if (auto refused = refuse_project(session, project)) return *std::move(refused);
  command.author = session.member;
  command.actor = actor_of(session);
  return submit_version(context, std::move(command), *project);
}

net::Outcome activate_project_policy(Context& context, Call& call, const Session& session) {
  const core::ProjectView* project = call.directory->project(call.parameter("project"));
  if (auto refused = refuse_project(session, project)) return *std::move(refused);
  return submit_activation(context, {.project = project->row.id,
                                     .version = version_of(call.parameter("version"), project->row),
                                     .asked_by = session.member,
                                     .actor = actor_of(session)});
}

net::Outcome replay_project_policy(Context& context, Call& call, const Session& session) {
  if (!may_somewhere(*call.directory, session, Right::write_policies)) {
    return refuse(Reason::not_permitted);
  }
  const auto draft = read_draft(std::move(call.request.body));
  if (!draft) return draft.error();
  const core::ProjectView* project = call.directory->project_named(draft->project);
  if (auto refused = refuse_project(session, project)) return *std::move(refused);
  return replay_draft(context, *draft, *project);
}

}  // namespace lp::api
