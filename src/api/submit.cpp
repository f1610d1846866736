#include "api/submit.h"

#include "api/letsping/status.h"

namespace lp::api {

net::Reply refuse_with_decision(Context& context, const core::Refused& refused) {
  const bool names_decision =
      refused.refusal == approval::Refusal::already_closed && !refused.request.empty();
  if (!names_decision) return refuse(refused);
  const auto view = context.engine.request(refused.request, {});
  if (!view || !approval::terminal(view->state)) return refuse(refused);
  return refuse(refused, decision_body(*view));
}

}  // namespace lp::api
