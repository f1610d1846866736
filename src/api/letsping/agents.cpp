#include "api/letsping/agents.h"

#include <string>
#include <utility>

#include "api/authorize.h"
#include "api/errors.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/submit.h"
#include "base/assert.h"
#include "json/write.h"

namespace lp::api {

net::Outcome register_agent(Context& context, Call& call) {
  if (auto limited = limit_key(context, call)) return *std::move(limited);
  const auto document = read_object(std::move(call.request.body), true);
  if (!document) return document.error();
  std::optional<net::Reply> refusal;
  Members body(document->root, "", refusal);
  const std::string handle = body.text("agent_handle", {.max = 64});
  if (refusal) return *std::move(refusal);
  core::RegisterAgent command{.project = call.key->project,
                              .handle = handle,
                              .made_by = call.key->made_by,
                              .public_key = {},
                              .by = {.actor = {.id = call.key->id,
                                               .kind = evidence::ActorKind::api_key,
                                               .method = evidence::ActorMethod::api_key,
                                               .key = call.key->id}}};
  return submit(context, std::move(command), [handle](const core::RegisterAgent::Result& result) {
    LP_ASSERT(result.secret.has_value());
    auto reply = json::Value::object();
    reply.add("agent_id", result.agent_id).add("agent_secret", result.secret->reveal());
    if (!handle.empty()) reply.add("agent_handle", handle);
    return private_reply(json::compact(reply));
  });
}

}  // namespace lp::api
