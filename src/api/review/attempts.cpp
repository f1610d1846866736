#include "api/review/attempts.h"

#include "api/errors.h"

namespace lp::api {

std::optional<net::Reply> limit_attempts(Context& context, const net::Request& request) {
  const Rate& rate = context.limits.attempts;
  const Allowance allowance = context.attempts_limiter.take(network_of(request.peer.address), rate,
                                                            context.engine.clock().monotonic_ms());
  if (allowance.allowed) return std::nullopt;
  return refuse_for(Reason::attempts_limited, allowance.retry_after_ms, rate.count);
}

}  // namespace lp::api
