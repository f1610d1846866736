#include "api/admin/erasures.h"

#include "api/admin/things.h"
#include "api/errors.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/review/view.h"
#include "api/submit.h"
#include "base/id.h"
#include "core/erasing.h"
#include "evidence/roster_document.h"
#include "json/write.h"

namespace lp::api {
namespace {

constexpr std::size_t words_max = 500;
constexpr std::size_t document_max = 1 << 20;

json::Value describe_hold(const store::LegalHold& hold) {
  auto value = json::Value::object();
  value.add("id", hold.id).add("project", hold.project);
  if (!hold.request.empty()) value.add("request", hold.request);
  value.add("reason", hold.reason)
      .add("created_at", to_string(hold.created))
      .add("index", hold.leaf_index);
  return value;
}

net::Reply describe_offer(Context& context, const core::Directory& directory,
                          const core::ProjectView& project, const core::RequestView& view,
                          const evidence::ErasureDocument& document) {
  auto value = json::Value::object();
  value.add("project", project.row.id)
      .add("name", project.row.name)
      .add("log_name", directory.log_name)
      .add("document", document.bytes())
      .add("request", request_summary(context, directory, view));
  return private_reply(json::compact(value));
}

net::Reply describe_done(Context& context, const core::Erase::Result& result) {
  auto value = json::Value::object();
  value.add("request", result.request)
      .add("index", result.index)
      .add("complete_by", to_string(result.complete_by))
      .add("wal_clean", !context.engine.scrub_due());
  return private_reply(json::compact(value));
}

}  // namespace

net::Outcome begin_erasure(Context& context, Call& call) {
  const auto body = read_object(std::move(call.request.body));
  if (!body) return body.error();
  std::optional<net::Reply> refusal;
  Members members(body->root, "", refusal);
  const std::string request = members.text("request", {.required = true});
  const std::string basis = members.text("basis", {.required = true, .max = words_max});
  const std::string who = members.text("operator", {.required = true});
  if (refusal) return *std::move(refusal);
  if (!is_id("req", request)) return refuse(Reason::not_found);
  const auto view = context.engine.request(request, {});
  if (!view) return refuse(view.error());
  const core::ProjectView* project = call.directory->project(view->rows.request.project);
  if (project == nullptr) return refuse(Reason::not_found);
  const auto document = core::offer_erasure(
      context.engine.reader(), *project, {.request = request, .basis = basis, .operator_name = who},
      context.engine.options().backup_horizon_ms, context.engine.entropy());
  if (!document) return refuse(document.error());
  return describe_offer(context, *call.directory, *project, *view, *document);
}

net::Outcome perform_erasure(Context& context, Call& call) {
  const auto body = read_object(std::move(call.request.body));
  if (!body) return body.error();
  std::optional<net::Reply> refusal;
  Members members(body->root, "", refusal);
  core::Erase command{.project = members.text("project", {.required = true}), .record = {}};
  command.record.document = members.text("document", {.required = true, .max = document_max});
  auto owners = evidence::read_signatures(
      members.text("signatures", {.required = true, .max = document_max}));
  if (!owners) members.refuse("signatures", "must be the signatures as JSON text");
  if (refusal) return *std::move(refusal);
  command.record.owners = *std::move(owners);
  return submit(context, std::move(command), [&context](const core::Erase::Result& result) {
    return describe_done(context, result);
  });
}

net::Outcome list_holds(Context& context, Call&) {
  const auto holds = context.engine.reader().legal_holds();
  if (!holds) return internal_error("store.read_failed", holds.error().what);
  json::Array items;
  for (const store::LegalHold& hold : *holds) items.push_back(describe_hold(hold));
  auto value = json::Value::object();
  value.add("holds", json::Value::array(std::move(items)));
  return private_reply(json::compact(value));
}

net::Outcome add_hold(Context& context, Call& call) {
  const auto body = read_object(std::move(call.request.body));
  if (!body) return body.error();
  std::optional<net::Reply> refusal;
  Members members(body->root, "", refusal);
  core::AddHold command;
  const core::ProjectView* project = project_of(call, members.text("project", {.required = true}));
  command.request = members.text("request");
  command.reason = members.text("reason", {.required = true, .max = words_max});
  if (refusal) return *std::move(refusal);
  if (project == nullptr) return refuse(Reason::not_found);
  command.project = project->row.id;
  return submit(context, std::move(command), [](const core::AddHold::Result& result) {
    return private_reply(json::compact(describe_hold(result.hold)));
  });
}

net::Outcome end_hold(Context& context, Call& call) {
  const auto body = read_object(std::move(call.request.body));
  if (!body) return body.error();
  std::optional<net::Reply> refusal;
  Members members(body->root, "", refusal);
  core::EndHold command{.id = call.parameter("id"),
                        .reason = members.text("reason", {.required = true, .max = words_max})};
  if (refusal) return *std::move(refusal);
  return submit(context, std::move(command),
                [](const core::EndHold::Result&) { return private_reply("{}"); });
}

}  // namespace lp::api
