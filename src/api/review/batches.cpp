#include "api/review/batches.h"

#include <memory>
#include <utility>

#include "api/errors.h"
#include "api/reply.h"
#include "api/review/decision_body.h"
#include "api/review/requests.h"
#include "approval/request.h"
#include "base/assert.h"
#include "core/batches.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::api {
namespace {

// Why one of them was not decided, as its own page would be told.
json::Value refused_item(Context& context, const core::Refused& refused, const Session& session,
                         const std::string& request) {
  auto hidden = hidden_request(context, *context.engine.directory(), request, session);
  const net::Reply reply =
      hidden ? *std::move(hidden)
             : refuse_decision(context, refused, session.member, session.key);
  auto body = json::parse(reply.body);
  LP_ASSERT(body.has_value());
  return std::move(body->root);
}

net::Reply results(Context& context, const Session& session,
                   const std::vector<std::string>& requests,
                   const core::DecideBatch::Result& result) {
  json::Value items = json::Value::array();
  for (std::size_t at = 0; at < requests.size(); ++at) {
    const auto& one = result.items[at];
    json::Value item = json::Value::object();
    item.add("request", requests[at]).add("decided", one.has_value());
    if (!one) {
      item.add("refused", refused_item(context, one.error(), session, requests[at]));
    } else if (const auto view = context.engine.request(requests[at], {})) {
      item.add("state", approval::to_string(view->state));
    }
    items.items().push_back(std::move(item));
  }
  return private_reply(json::compact(json::Value::object().add("results", std::move(items))));
}

}  // namespace

net::Outcome decide_batch(Context& context, Call& call, const Session& session) {
  if (!may_somewhere(*call.directory, session, identity::Right::decide)) {
    const bool reads = may_somewhere(*call.directory, session, identity::Right::see);
    return refuse(reads ? Reason::not_a_reviewer : Reason::not_found);
  }
  auto command = read_batch(std::move(call.request.body));
  if (!command) return std::move(command.error());
  command->session = {.member = session.member, .key = session.key};
  command->account_stale = account_stale(context, &session);
  return net::Later{[&context, command = *std::move(command),
                     session](std::shared_ptr<net::Responder> responder) mutable {
    std::vector<std::string> requests;
    for (const auto& item : command.items) requests.push_back(item.request);
    auto answer = [&context, responder, session, requests = std::move(requests)](auto result) {
      responder->render([&context, session, requests, result = std::move(result)] {
        return result ? results(context, session, requests, *result) : refuse(result.error());
      });
    };
    if (!context.engine.submit<core::DecideBatch>(std::move(command), std::move(answer))) {
      responder->reply(refuse(Reason::overloaded));
    }
  }};
}

}  // namespace lp::api
