#include "api/admin/successions.h"

#include "api/reply.h"
#include "api/review/successions.h"
#include "api/submit.h"
#include "json/write.h"

namespace lp::api {

net::Outcome show_successions(Context& context, Call& call) {
  auto value = json::Value::object();
  value.add("log_name", call.directory->log_name)
      .add("url", context.public_url.empty() ? context.local_url : context.public_url)
      .add("time", to_string(context.engine.clock().now()))
      .add("successions", describe_successions(context, *call.directory));
  return private_reply(json::compact(value));
}

net::Outcome open_successors(Context& context, Call& call) {
  auto command = read_openings(std::move(call.request.body));
  if (!command) return std::move(command.error());
  return submit(context, *std::move(command), describe_opened);
}

}  // namespace lp::api
