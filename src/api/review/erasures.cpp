#include "api/review/erasures.h"

#include "api/errors.h"
#include "api/reply.h"
#include "api/review/erasure_body.h"
#include "api/review/rosters.h"
#include "api/submit.h"
#include "core/erasure_proposals.h"
#include "json/write.h"

namespace lp::api {

net::Outcome show_erasure(Context& context, Call& call, const Session& session) {
  if (!owns_rosters(*call.directory, session)) return refuse(Reason::not_permitted);
  const auto proposal = core::waiting_erasure(context.engine.reader(), call.parameter("id"),
                                              context.engine.clock().now());
  if (!proposal) return internal_error("store.read_failed", proposal.error().what);
  if (!*proposal) return refuse(Reason::not_found);
  // Offered anew: an export or a hold may have come since it was asked for.
  auto value = describe_erasure(context, *call.directory,
                                {.request = (*proposal)->request,
                                 .subject = (*proposal)->subject,
                                 .basis = (*proposal)->basis,
                                 .operator_name = (*proposal)->operator_name});
  if (!value) return std::move(value.error());
  value->add("id", (*proposal)->id)
      .add("basis", (*proposal)->basis)
      .add("operator", (*proposal)->operator_name)
      .add("created_at", to_string((*proposal)->created))
      .add("expires_at", to_string((*proposal)->expires));
  return private_reply(json::compact(*value));
}

net::Outcome sign_erasure(Context& context, Call& call, const Session& session) {
  if (!owns_rosters(*call.directory, session)) return refuse(Reason::not_permitted);
  return submit_erasure(context, std::move(call.request.body), call.parameter("id"));
}

net::Outcome withdraw_erasure(Context& context, Call& call, const Session& session) {
  if (!owns_rosters(*call.directory, session)) return refuse(Reason::not_permitted);
  return submit(context, core::WithdrawErasure{.id = call.parameter("id")},
                [](const core::WithdrawErasure::Result&) { return private_reply("{}"); });
}

}  // namespace lp::api
