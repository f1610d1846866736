#include "api/review/settings.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "api/errors.h"
#include "api/reply.h"
#include "api/review/channel_body.h"
#include "json/write.h"

namespace lp::api {
namespace {

constexpr std::int64_t second_ms = 1'000;

json::Value describe_asking(const Context& context) {
  const Rate& rate = context.limits.per_key;
  const core::EngineOptions& options = context.engine.options();
  auto value = json::Value::object();
  value.add("per_minute", rate.count)
      .add("burst", rate.burst)
      .add("pending", options.pending_per_project_max)
      .add("decide_by_default_s", options.decide_by_default_ms / second_ms)
      .add("decide_by_max_s", options.decide_by_max_ms / second_ms);
  return value;
}

std::uint64_t people_with(const core::ProjectView& project, std::string_view role) {
  std::set<std::string_view> members;
  for (const auto& entry : project.entries) {
    if (std::ranges::count(entry.roles, role) > 0) members.insert(entry.member);
  }
  return members.size();
}

// Whether somebody has typed back a sheet of the key that new requests are encrypted with.
bool sheet_checked(const std::vector<store::ContentKey>& keys, std::string_view project) {
  const store::ContentKey* newest = nullptr;
  for (const auto& key : keys) {
    const bool counts = key.project == project && !key.retired;
    if (counts && (newest == nullptr || key.epoch > newest->epoch)) newest = &key;
  }
  return newest != nullptr && newest->sheet_checked.has_value();
}

bool webhooks_work(const core::Directory& directory, std::string_view project,
                   const HealthByDestination& health) {
  return std::ranges::any_of(directory.webhooks, [&](const auto& item) {
    const auto known = health.find(item.first);
    return item.second.project == project && known != health.end() && known->second.works();
  });
}

}  // namespace

net::Outcome show_settings(Context& context, Call& call, const Session& session) {
  const core::Directory& directory = *call.directory;
  const auto rows = read_health(context);
  if (!rows) return rows.error();
  const auto keys = context.engine.reader().content_keys();
  if (!keys) return internal_error("store.read_failed", keys.error().what);
  const auto health = by_destination(*rows);
  json::Array projects;
  for (const auto& [id, project] : directory.projects) {
    if (directory.succeeded(id) || !sees(session, project)) continue;
    auto value = json::Value::object();
    value.add("id", id)
        .add("owners", people_with(project, "owner"))
        .add("reviewers", people_with(project, "reviewer"))
        .add("sheet_checked", sheet_checked(*keys, id))
        .add("webhooks_work", webhooks_work(directory, id, health));
    projects.push_back(std::move(value));
  }
  const core::EngineOptions& options = context.engine.options();
  auto value = json::Value::object();
  value.add("reached_at", people_url(context))
      .add("asking", describe_asking(context))
      .add("rotation_overlap_s", options.rotation_overlap_ms / second_ms)
      .add("backup_horizon_s", options.backup_horizon_ms / second_ms)
      .add("push", context.reach != nullptr && !context.reach->push_key().empty())
      .add("witnessed", !directory.witness_policy.value_or("").empty())
      .add("projects", json::Value::array(std::move(projects)));
  if (context.identity_provider != nullptr) {
    auto sign_on = json::Value::object();
    sign_on.add("name", context.identity_provider->settings().name)
        .add("required", context.identity_provider->settings().required);
    value.add("sign_on", std::move(sign_on));
  }
  return private_reply(json::compact(value));
}

}  // namespace lp::api
