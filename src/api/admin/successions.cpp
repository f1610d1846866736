#include "api/admin/successions.h"

#include "api/reply.h"
#include "api/review/successions.h"
#include "json/write.h"

namespace lp::api {

net::Outcome show_successions(Context& context, Call& call) {
  if (auto address = call.request.query_value("public_url")) {
    return offer_go_live(context, call,
                         {.public_url = *std::move(address),
                          .key = call.request.query_value("key").value_or(""),
                          .operator_name = call.request.query_value("operator").value_or("")});
  }
  auto value = json::Value::object();
  value.add("log_name", call.directory->log_name)
      .add("url", context.public_url.empty() ? context.local_url : context.public_url)
      .add("time", to_string(context.engine.clock().now()))
      .add("successions", describe_successions(context, *call.directory));
  return private_reply(json::compact(value));
}

net::Outcome open_successors(Context& context, Call& call) {
  return open_signed(context, call);
}

}  // namespace lp::api
