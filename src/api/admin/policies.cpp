#include "api/admin/policies.h"

#include <optional>
#include <utility>

#include "api/admin/things.h"
#include "api/errors.h"
#include "api/members.h"
#include "api/policy_body.h"
#include "api/reply.h"
#include "core/operator_event.h"
#include "json/write.h"

namespace lp::api {
namespace {

const core::ProjectView* asked_project(const Call& call) {
  return project_of(call, call.request.query_value("project").value_or("default"));
}

}  // namespace

net::Outcome list_policies(Context& context, Call& call) {
  const core::ProjectView* project = asked_project(call);
  if (project == nullptr) return refuse(Reason::not_found);
  auto versions = list_versions(context, *project);
  if (!versions) return versions.error();
  auto value = json::Value::object();
  value.add("policies", *std::move(versions));
  return private_reply(json::compact(value));
}

net::Outcome show_policy(Context& context, Call& call) {
  const core::ProjectView* project = asked_project(call);
  if (project == nullptr) return refuse(Reason::not_found);
  const std::uint64_t version = version_of(call.parameter("version"), project->row);
  const auto row = context.engine.reader().policy_version(project->row.id, version);
  if (!row) return internal_error("store.read_failed", row.error().what);
  if (!*row) return refuse(Reason::not_found);
  auto value = describe_version(**row, project->row);
  value.add("document", (*row)->document);
  return private_reply(json::compact(value));
}

net::Outcome push_policy(Context& context, Call& call) {
  const auto body = read_object(std::move(call.request.body));
  if (!body) return body.error();
  std::optional<net::Reply> refusal;
  Members members(body->root, "", refusal);
  const core::ProjectView* project = project_of(call, members.text("project", {.required = true}));
  core::PushPolicy command;
  command.document = members.text("document", {.required = true, .max = policy::text_bytes_max});
  if (refusal) return *std::move(refusal);
  if (project == nullptr) return refuse(Reason::not_found);
  command.actor = core::operator_actor();
  return submit_version(context, std::move(command), *project);
}

net::Outcome activate_policy(Context& context, Call& call) {
  const auto body = read_object(std::move(call.request.body));
  if (!body) return body.error();
  std::optional<net::Reply> refusal;
  Members members(body->root, "", refusal);
  const core::ProjectView* project = project_of(call, members.text("project", {.required = true}));
  if (refusal) return *std::move(refusal);
  if (project == nullptr) return refuse(Reason::not_found);
  return submit_activation(context, {.project = project->row.id,
                                     .version = version_of(call.parameter("version"), project->row),
                                     .asked_by = {},
                                     .actor = core::operator_actor()});
}

net::Outcome replay_policy(Context& context, Call& call) {
  const auto draft = read_draft(std::move(call.request.body));
  if (!draft) return draft.error();
  const core::ProjectView* project = project_of(call, draft->project);
  if (project == nullptr) return refuse(Reason::not_found);
  return replay_draft(context, *draft, *project);
}

}  // namespace lp::api
