#include "api/policy_body.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

#include "api/errors.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/submit.h"
#include "core/policy_ports.h"
#include "json/write.h"

namespace lp::api {
namespace {

constexpr std::size_t problems_told_max = 20;
// Of a replay; the rest is counted.
constexpr std::size_t replayed_told_max = 200;
constexpr std::int64_t replay_days_max = 365, day_ms = 86'400'000;

net::Reply refuse_policy(const policy::Problems& problems) {
  std::string text;
  for (std::size_t i = 0; i < std::min(problems.size(), problems_told_max); ++i) {
    text += (text.empty() ? "" : " ") + policy::to_string(problems[i]);
  }
  return refuse(Reason::policy_invalid,
                ErrorDetail{.text = text, .pointer = "/document", .has_pointer = true});
}

json::Value describe_said(const core::Said& said) {
  auto value = json::Value::object();
  value.add("effect", to_string(said.effect))
      .add("level", evidence::to_string(said.level))
      .add("people", said.people);
  return value;
}

json::Value describe_replayed(const core::Replayed& one) {
  auto now = describe_said(one.now);
  now.add("rule", one.rule);
  auto value = json::Value::object();
  value.add("request", one.request)
      .add("service", one.service)
      .add("action", one.action)
      .add("asked_at", to_string(one.asked))
      .add("state", approval::to_string(one.state))
      .add("then", describe_said(one.then))
      .add("now", std::move(now))
      .add("shift", core::to_string(one.shift));
  return value;
}

}  // namespace

json::Value describe_version(const store::PolicyVersion& row, const store::Project& project) {
  auto value = json::Value::object();
  value.add("version", row.version)
      .add("sha256", row.sha256.hex())
      .add("author", row.author.empty() ? std::string("operator") : row.author)
      .add("created_at", to_string(row.created))
      .add("in_force", project.policy_version == row.version);
  return value;
}

std::expected<json::Value, net::Reply> list_versions(Context& context,
                                                     const core::ProjectView& project) {
  const auto rows = context.engine.reader().policy_versions(project.row.id);
  if (!rows) return std::unexpected(internal_error("store.read_failed", rows.error().what));
  const auto activations = context.engine.reader().policy_activations(project.row.id);
  if (!activations) {
    return std::unexpected(internal_error("store.read_failed", activations.error().what));
  }
  json::Array items;
  for (const auto& row : *rows) {
    auto item = describe_version(row, project.row);
    const auto newest =
        std::ranges::find(*activations, row.version, &store::PolicyActivation::version);
    if (newest != activations->end()) {
      item.add("activated_at", to_string(newest->at)).add("activated_by", newest->member);
    }
    items.push_back(std::move(item));
  }
  return json::Value::array(std::move(items));
}

std::uint64_t version_of(std::string_view text, const store::Project& project) {
  if (text == "in-force") return project.policy_version;
  std::uint64_t version = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), version);
  return fault == std::errc() && end == text.data() + text.size() ? version : 0;
}

std::expected<policy::Policy, net::Reply> read_policy(std::string_view document,
                                                      const core::ProjectView& project) {
  auto read = policy::read_document(document, core::policy_ports());
  if (!read) return std::unexpected(refuse_policy(read.error()));
  const std::string why = core::why_not_in_force(*read, project);
  if (!why.empty()) return std::unexpected(refuse(Reason::policy_refused, why));
  auto compiled = policy::Policy::compile(*std::move(read));
  if (!compiled) return std::unexpected(refuse_policy({compiled.error()}));
  return *std::move(compiled);
}

net::Outcome submit_version(Context& context, core::PushPolicy command,
                            const core::ProjectView& project) {
  const auto policy = read_policy(command.document, project);
  if (!policy) return policy.error();
  command.project = project.row.id;
  command.sha256 = policy->document().sha256;
  return submit(context, std::move(command),
                [sha256 = command.sha256](const core::PushPolicy::Result& result) {
                  auto value = json::Value::object();
                  value.add("version", result.version)
                      .add("sha256", sha256.hex())
                      .add("known", result.known);
                  return private_reply(json::compact(value));
                });
}

net::Outcome submit_activation(Context& context, core::ActivatePolicy command) {
  return submit(context, std::move(command), [](const core::ActivatePolicy::Result& result) {
    auto value = json::Value::object();
    value.add("request", result.request)
        .add("level", evidence::to_string(result.level))
        .add("decide_by", to_string(result.decide_by));
    return private_reply(json::compact(value));
  });
}

std::expected<DraftBody, net::Reply> read_draft(std::string text) {
  const auto body = read_object(std::move(text));
  if (!body) return std::unexpected(body.error());
  std::optional<net::Reply> refusal;
  Members members(body->root, "", refusal);
  DraftBody draft;
  draft.project = members.text("project", {.required = true});
  draft.document = members.text("document", {.required = true, .max = policy::text_bytes_max});
  draft.days = members.integer("days", 1, replay_days_max).value_or(draft.days);
  if (refusal) return std::unexpected(*std::move(refusal));
  return draft;
}

net::Outcome replay_draft(Context& context, const DraftBody& draft,
                          const core::ProjectView& project) {
  const auto policy = read_policy(draft.document, project);
  if (!policy) return policy.error();
  const Instant since = context.engine.clock().now() + -draft.days * day_ms;
  const auto replay = core::replay(context.engine, project, *policy, since);
  if (!replay) return internal_error("store.read_failed", replay.error().what);
  std::map<core::Shift, std::uint64_t> counts;
  json::Array told;
  for (const core::Replayed& one : replay->requests) {
    ++counts[one.shift];
    const bool tells = one.shift != core::Shift::same && told.size() < replayed_told_max;
    if (tells) told.push_back(describe_replayed(one));
  }
  auto shifts = json::Value::object();
  for (const auto& [shift, count] : counts) shifts.add(core::to_string(shift), count);
  auto value = json::Value::object();
  value.add("examined", replay->requests.size())
      .add("unread", replay->unread)
      .add("left_off", replay->left_off)
      .add("shifts", std::move(shifts))
      .add("requests", json::Value::array(std::move(told)));
  return private_reply(json::compact(value));
}

}  // namespace lp::api
