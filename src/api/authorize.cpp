#include "api/authorize.h"

#include <string>
#include <string_view>

#include "api/errors.h"
#include "base/assert.h"
#include "identity/api_key.h"

namespace lp::api {

namespace {

// The token of "Bearer TOKEN"; the scheme in any case (RFC 9110 §11.1).
std::string_view bearer_token(std::string_view header) {
  constexpr std::string_view scheme = "bearer ";
  if (header.size() <= scheme.size()) return {};
  for (std::size_t i = 0; i < scheme.size(); ++i) {
    const char c = header[i];
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (lower != scheme[i]) return {};
  }
  return header.substr(header.find_first_not_of(' ', scheme.size() - 1));
}

// Only refused credentials count: a valid key still works from a network that guesses others.
net::Reply refuse_credentials(Context& context, const net::Request& request) {
  const Rate& rate = context.limits.failed_auth;
  const Allowance allowance = context.auth_limiter.take(network_of(request.peer.address), rate,
                                                        context.engine.clock().monotonic_ms());
  if (!allowance.allowed) {
    return refuse_for(Reason::failed_auth_limited, allowance.retry_after_ms, rate.count);
  }
  return refuse(Reason::api_key_invalid);
}

bool role_fits(Auth auth, identity::KeyRole role) {
  switch (auth) {
    case Auth::agent:
      return role == identity::KeyRole::agent;
    case Auth::executor:
      return role == identity::KeyRole::executor;
    case Auth::evidence:
      return role == identity::KeyRole::auditor || role == identity::KeyRole::admin;
    case Auth::receipt:
      return role_fits(Auth::agent, role) || role_fits(Auth::evidence, role);
    case Auth::open:
    case Auth::door:
      return true;
  }
  assertion_failed("an Auth", __FILE__, __LINE__);
}

}  // namespace

std::optional<net::Reply> authorize(Context& context, Call& call, Auth auth) {
  if (auth == Auth::open || auth == Auth::door) return std::nullopt;
  const std::string_view header = call.request.header("authorization");
  // Without any key the session may still open the log: the function asks for it.
  const bool of_log = auth == Auth::evidence || auth == Auth::receipt;
  if (header.empty() && of_log && context.session_reads_log != nullptr) {
    return std::nullopt;
  }
  const std::string_view token = bearer_token(header);
  const store::ApiKey* key =
      identity::well_formed(token) ? call.directory->api_key(token) : nullptr;
  const core::ProjectView* project =
      key == nullptr ? nullptr : call.directory->project(key->project);
  if (project == nullptr) return refuse_credentials(context, call.request);
  if (!role_fits(auth, key->role)) return refuse(Reason::wrong_role);
  context.key_uses.note(key->digest, context.engine.clock().now(), call.request.peer.address);
  call.key = key;
  call.project = project;
  return std::nullopt;
}

std::optional<net::Reply> limit_key(Context& context, const Call& call) {
  LP_ASSERT(call.key != nullptr);
  const Rate& rate = context.limits.per_key;
  const Allowance allowance =
      context.key_limiter.take(call.key->id, rate, context.engine.clock().monotonic_ms());
  if (allowance.allowed) return std::nullopt;
  return refuse_for(Reason::rate_limited, allowance.retry_after_ms, rate.count);
}

}  // namespace lp::api
