#include "api/routes.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "api/admin/admin.h"
#include "api/authorize.h"
#include "api/errors.h"
#include "api/evidence/exports.h"
#include "api/evidence/leaves.h"
#include "api/evidence/log.h"
#include "api/evidence/receipts.h"
#include "api/evidence/root_log.h"
#include "api/evidence/well_known.h"
#include "api/health.h"
#include "api/letsping/agents.h"
#include "api/letsping/attachments.h"
#include "api/letsping/changes.h"
#include "api/letsping/claims.h"
#include "api/letsping/graph.h"
#include "api/letsping/handoffs.h"
#include "api/letsping/ingest.h"
#include "api/letsping/permits.h"
#include "api/letsping/signup.h"
#include "api/letsping/snapshots.h"
#include "api/letsping/status.h"
#include "api/pages.h"
#include "api/review/review.h"
#include "base/assert.h"
#include "net/http_rules.h"

namespace lp::api {

namespace {

using net::Method;

constexpr Route own_routes[] = {
    {Method::post, "/api/ingest", ingest, Auth::agent, Alias::root},
    {Method::get, "/api/status/{id}", status, Auth::agent, Alias::root},
    {Method::post, "/api/requests/{id}/cancel", cancel, Auth::agent},
    {Method::post, "/api/requests/{id}/revise", revise, Auth::agent},
    {Method::get, "/api/permits/{id}", show_permit, Auth::executor},
    {Method::post, "/api/permits/{id}/claim", claim_permit, Auth::executor},
    {Method::post, "/api/permits/{id}/outcome", report_outcome, Auth::executor},
    {Method::put, "/api/snapshots/{id}", put_snapshot, Auth::door},
    {Method::get, "/api/snapshots/{id}", get_snapshot, Auth::door},
    {Method::put, "/api/attachments/{id}/{attachment}", put_attachment, Auth::door},
    {Method::post, "/api/langgraph/checkpoints", put_checkpoint, Auth::agent, Alias::root},
    {Method::get, "/api/langgraph/checkpoints", get_checkpoint, Auth::agent, Alias::root},
    {Method::del, "/api/langgraph/checkpoints", delete_thread, Auth::agent, Alias::root},
    {Method::post, "/api/agents/register", register_agent, Auth::agent},
    {Method::post, "/api/agents/rotate", rotate_agent, Auth::agent},
    {Method::get, "/api/agents/proof", show_proof, Auth::agent},
    {Method::get, "/api/agents/attestation", show_attestation, Auth::agent},
    {Method::get, "/api/agents/resolve", resolve_handle, Auth::agent},
    {Method::post, "/api/agents/handoff", create_handoff, Auth::agent},
    {Method::post, "/api/agents/handoff-outcome", record_outcome, Auth::agent},
    {Method::get, "/api/agents/handoff-outcome", show_outcomes, Auth::agent},
    {Method::post, "/api/agent-signup/request-token", signup_request_token, Auth::open,
     Alias::doubled},
    {Method::post, "/api/agent-signup", signup_redeem, Auth::open, Alias::doubled},

    {Method::get, "/log/root/checkpoint", root_checkpoint, Auth::open},
    {Method::get, "/log/root/tile/{tile...}", root_tile, Auth::open},
    {Method::get, "/log/{log}/checkpoint", log_checkpoint, Auth::evidence},
    {Method::get, "/log/{log}/tile/{tile...}", log_tile, Auth::evidence},
    {Method::get, "/log/{log}/statements", log_statements, Auth::evidence},
    {Method::get, "/log/{log}/receipt/{leaf}", log_receipt, Auth::receipt},
    {Method::get, "/log/{log}/proof/inclusion", log_inclusion, Auth::evidence},
    {Method::get, "/log/{log}/proof/consistency", log_consistency, Auth::receipt},
    {Method::get, "/api/audit/export", stream_export, Auth::evidence},

    {Method::get, "/.well-known/jwks.json", show_jwks, Auth::open},
    {Method::get, "/.well-known/letsping-transparency", show_transparency, Auth::open},
    {Method::get, "/.well-known/security.txt", show_security_txt, Auth::open},

    {Method::get, "/livez", livez, Auth::open},
    {Method::get, "/readyz", readyz, Auth::open},
    {Method::get, "/healthz", readyz, Auth::open},
    {Method::post, "/api/csp-report", csp_report, Auth::open},

    {Method::get, "/", page, Auth::open},
    {Method::get, "/setup", page, Auth::open},
    {Method::get, "/login", page, Auth::open},
    {Method::get, "/login/callback", page, Auth::open},
    {Method::get, "/p", page, Auth::open},
    {Method::get, "/inbox", page, Auth::open},
    {Method::get, "/requests/{id}", page, Auth::open},
    {Method::get, "/audit", page, Auth::open},
    {Method::get, "/settings", page, Auth::open},
    {Method::get, "/settings/roster/{id}", page, Auth::open},
    {Method::get, "/settings/erasure/{id}", page, Auth::open},
    {Method::get, "/settings/rollback", page, Auth::open},
    {Method::get, "/settings/go-live", page, Auth::open},
    {Method::get, "/verify", verify_page, Auth::open},
    {Method::get, "/verify.html", verify_file, Auth::open},
};

using Parameters = std::vector<std::pair<std::string, std::string>>;

// The text up to the next slash. `rest` is what follows the slash; nothing when this was the last.
std::string_view take_segment(std::optional<std::string_view>& rest) {
  const std::string_view text = *rest;
  const std::size_t slash = text.find('/');
  rest = slash == std::string_view::npos ? std::nullopt : std::optional(text.substr(slash + 1));
  return text.substr(0, slash);
}

std::optional<Parameters> match(std::string_view pattern, std::string_view path) {
  Parameters parameters;
  std::optional<std::string_view> names = pattern.substr(1), segments = path.substr(1);
  while (names && segments) {
    const std::string_view remaining = *segments;
    const std::string_view name = take_segment(names);
    const std::string_view segment = take_segment(segments);
    if (name.ends_with("...}")) {
      parameters.emplace_back(name.substr(1, name.size() - 5), remaining);
      return parameters;
    }
    if (name.starts_with('{') && !segment.empty()) {
      parameters.emplace_back(name.substr(1, name.size() - 2), segment);
    } else if (segment != name) {
      return std::nullopt;
    }
  }
  return names || segments ? std::nullopt : std::optional(std::move(parameters));
}

// Under the pattern itself or one of its aliases.
std::optional<Parameters> match(const Route& route, std::string_view path) {
  constexpr std::string_view prefix = "/api";
  if (auto found = match(route.pattern, path)) return found;
  if (route.alias == Alias::root || route.alias == Alias::both) {
    if (auto found = match(route.pattern.substr(prefix.size()), path)) return found;
  }
  if (route.alias == Alias::doubled || route.alias == Alias::both) {
    if (path.starts_with("/api/api/")) return match(route.pattern, path.substr(prefix.size()));
  }
  return std::nullopt;
}

bool answers(const Route& route, Method method) {
  return route.method == method || (route.method == Method::get && method == Method::head);
}

std::vector<Route> joined(std::initializer_list<std::vector<Route>> doors) {
  std::vector<Route> routes(std::begin(own_routes), std::end(own_routes));
  for (const auto& door : doors) routes.insert(routes.end(), door.begin(), door.end());
  return routes;
}

net::Outcome nothing(Context&, Call&) {
  return refuse(Reason::no_route);
}

}  // namespace

const std::string& Call::parameter(std::string_view name) const {
  const auto found =
      std::ranges::find(parameters, name, &std::pair<std::string, std::string>::first);
  LP_ASSERT(found != parameters.end());
  return found->second;
}

std::span<const Route> public_routes() {
  static const std::vector<Route> routes = joined({review_routes()});
  return routes;
}

std::span<const Route> socket_routes() {
  static const std::vector<Route> routes = admin_routes();
  return routes;
}

net::Outcome dispatch(std::span<const Route> routes, Context& context, net::Request&& request,
                      Function otherwise) {
  Call call{
      .request = std::move(request), .parameters = {}, .directory = context.engine.directory()};
  std::string allowed;
  for (const Route& route : routes) {
    auto parameters = match(route, call.request.path);
    if (!parameters) continue;
    if (!answers(route, call.request.method)) {
      allowed += allowed.empty() ? "" : ", ";
      allowed += net::method_name(route.method);
      continue;
    }
    call.parameters = *std::move(parameters);
    if (auto refused = authorize(context, call, route.auth)) return *std::move(refused);
    return route.function(context, call);
  }
  if (allowed.empty()) return otherwise(context, call);
  net::Reply reply = refuse(Reason::method_not_allowed);
  reply.headers.emplace_back("Allow", allowed);
  return reply;
}

net::Outcome dispatch(Context& context, net::Request&& request) {
  return dispatch(public_routes(), context, std::move(request), file_or_nothing);
}

net::Outcome dispatch_admin(Context& context, net::Request&& request) {
  return dispatch(socket_routes(), context, std::move(request), nothing);
}

}  // namespace lp::api
