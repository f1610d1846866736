#include "api/admin/policies.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "api/admin/things.h"
#include "api/errors.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/submit.h"
#include "core/operator_event.h"
#include "core/policies.h"
#include "core/policy_ports.h"
#include "json/write.h"

namespace lp::api {
namespace {

constexpr std::size_t problems_told_max = 20;

json::Value describe_version(const store::PolicyVersion& row, const store::Project& project) {
  auto value = json::Value::object();
  value.add("version", row.version)
      .add("sha256", row.sha256.hex())
      .add("author", row.author.empty() ? std::string("operator") : row.author)
      .add("created_at", to_string(row.created))
      .add("in_force", project.policy_version == row.version);
  return value;
}

// 0, which is none, for what is no version.
std::uint64_t version_of(std::string_view text, const store::Project& project) {
  if (text == "in-force") return project.policy_version;
  std::uint64_t version = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), version);
  return fault == std::errc() && end == text.data() + text.size() ? version : 0;
}

net::Reply refuse_policy(const policy::Problems& problems) {
  std::string text;
  for (std::size_t i = 0; i < std::min(problems.size(), problems_told_max); ++i) {
    text += (text.empty() ? "" : " ") + policy::to_string(problems[i]);
  }
  return refuse(Reason::policy_invalid,
                ErrorDetail{.text = text, .pointer = "/document", .has_pointer = true});
}

const core::ProjectView* asked_project(const Call& call) {
  return project_of(call, call.request.query_value("project").value_or("default"));
}

}  // namespace

net::Outcome list_policies(Context& context, Call& call) {
  const core::ProjectView* project = asked_project(call);
  if (project == nullptr) return refuse(Reason::not_found);
  const auto rows = context.engine.reader().policy_versions(project->row.id);
  if (!rows) return internal_error("store.read_failed", rows.error().what);
  const auto activations = context.engine.reader().policy_activations(project->row.id);
  if (!activations) return internal_error("store.read_failed", activations.error().what);
  json::Array items;
  for (const auto& row : *rows) {
    auto item = describe_version(row, project->row);
    const auto newest =
        std::ranges::find(*activations, row.version, &store::PolicyActivation::version);
    if (newest != activations->end()) {
      item.add("activated_at", to_string(newest->at)).add("activated_by", newest->member);
    }
    items.push_back(std::move(item));
  }
  auto value = json::Value::object();
  value.add("policies", json::Value::array(std::move(items)));
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
  auto document = policy::read_document(command.document, core::policy_ports());
  if (!document) return refuse_policy(document.error());
  const std::string why = core::why_not_in_force(*document, *project);
  if (!why.empty()) return refuse(Reason::policy_refused, why);
  command.project = project->row.id;
  command.sha256 = document->sha256;
  command.actor = core::operator_actor();
  if (auto compiled = policy::Policy::compile(*std::move(document)); !compiled) {
    return refuse_policy({compiled.error()});
  }
  return submit(context, std::move(command),
                [sha256 = command.sha256](const core::PushPolicy::Result& result) {
                  auto value = json::Value::object();
                  value.add("version", result.version)
                      .add("sha256", sha256.hex())
                      .add("known", result.known);
                  return private_reply(json::compact(value));
                });
}

net::Outcome activate_policy(Context& context, Call& call) {
  const auto body = read_object(std::move(call.request.body));
  if (!body) return body.error();
  std::optional<net::Reply> refusal;
  Members members(body->root, "", refusal);
  const core::ProjectView* project = project_of(call, members.text("project", {.required = true}));
  if (refusal) return *std::move(refusal);
  if (project == nullptr) return refuse(Reason::not_found);
  core::ActivatePolicy command{.project = project->row.id,
                               .version = version_of(call.parameter("version"), project->row),
                               .asked_by = {},
                               .actor = core::operator_actor()};
  return submit(context, std::move(command), [](const core::ActivatePolicy::Result& result) {
    auto value = json::Value::object();
    value.add("request", result.request)
        .add("level", evidence::to_string(result.level))
        .add("decide_by", to_string(result.decide_by));
    return private_reply(json::compact(value));
  });
}

}  // namespace lp::api
