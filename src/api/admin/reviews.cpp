#include "api/admin/reviews.h"

#include "api/admin/things.h"
#include "api/errors.h"
#include "api/reply.h"
#include "api/review/decision_body.h"
#include "api/review/erased.h"
#include "api/review/session.h"
#include "api/review/view.h"
#include "json/write.h"

namespace lp::api {

net::Outcome list_requests(Context& context, Call& call) {
  store::RequestFilter filter;
  const std::string state = call.request.query_value("state").value_or("pending");
  // What waited when its log was closed waits for ever: nobody can decide it.
  const bool pending = state == "pending";
  const auto wanted = call.request.query_value("project");
  if (wanted) {
    const core::ProjectView* project = project_of(call, *wanted);
    if (project == nullptr) return refuse(Reason::not_found);
    filter.projects.push_back(project->row.id);
  } else {
    for (const auto& [id, project] : call.directory->projects) {
      if (!pending || !call.directory->succeeded(id)) filter.projects.push_back(id);
    }
  }
  if (state != "all") filter.pending = pending;
  filter.before = call.request.query_value("before");
  filter.limit = 500;
  json::Array items;
  for (const auto& view : context.engine.requests(filter)) {
    items.push_back(request_summary(context, *call.directory, view));
  }
  auto erased = erased_list(context, *call.directory, filter, {});
  if (!erased) return erased.error();
  auto value = json::Value::object();
  value.add("requests", json::Value::array(std::move(items)));
  if (!erased->items().empty()) value.add("erased", *std::move(erased));
  return private_reply(json::compact(value));
}

net::Outcome show_request(Context& context, Call& call) {
  const auto view = context.engine.request(call.parameter("id"), {});
  if (!view) return refuse(view.error());
  std::optional<Viewer> viewer;
  const auto member = call.request.query_value("member");
  const auto key = call.request.query_value("key");
  if (member && key) viewer = Viewer{.member = *member, .key = *key};
  return private_reply(json::compact(request_detail(context, *call.directory, *view, viewer)));
}

net::Outcome decide(Context& context, Call& call) {
  auto command = read_decision(std::move(call.request.body), call.parameter("id"));
  if (!command) return command.error();
  // Where only the provider signs people in, its word stands behind what is decided at high.
  command->side_waits = core::asking_side_waits(
      context.engine.presence(), command->decide.request, context.engine.clock().now());
  command->decide.account_stale = account_stale(context, nullptr);
  const std::string request = command->decide.request;
  return net::Later{[&context, command = *std::move(command),
                     request](std::shared_ptr<net::Responder> responder) mutable {
    const bool taken = context.engine.submit<core::DecideMatched>(
        std::move(command), [&context, responder, request](auto result) {
          responder->render([&context, request, result = std::move(result)] {
            if (!result) return refuse_decision(context, result.error(), {}, {});
            if (result->refused) return refuse_number(*result->refused, result->tries_left);
            const auto view = context.engine.request(request, {});
            if (!view) return refuse(view.error());
            return private_reply(json::compact(
                request_detail(context, *context.engine.directory(), *view, std::nullopt)));
          });
        });
    if (!taken) responder->reply(refuse(Reason::overloaded));
  }};
}

}  // namespace lp::api
