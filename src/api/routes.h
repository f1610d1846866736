// Which function answers which request, and who may call it.
//
// Authentication happens here, before the function runs. An API key comes from `Authorization:
// Bearer` and from nowhere else; a cookie is looked at only by routes of the dashboard, which check
// it themselves (Auth::door). Unknown, revoked and malformed keys get the same bytes.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/context.h"
#include "core/directory.h"
#include "net/message.h"

namespace lp::api {

enum class Auth : std::uint8_t {
  open,      // anybody
  agent,     // an API key of role agent
  executor,  // an API key of role executor
  receipt,   // as evidence; also an API key of role agent, for what the handler grants it
  evidence,  // an API key of role auditor or admin; or see Context::session_reads_log
  door,      // the function checks by itself: a session, a signed URL, the admin socket
};

struct Call {
  net::Request request;
  std::vector<std::pair<std::string, std::string>> parameters;  // of the pattern, by name
  core::DirectoryPtr directory;                                 // one snapshot for the whole call
  const store::ApiKey* key = nullptr;          // Auth::agent and ::evidence; in `directory`
  const core::ProjectView* project = nullptr;  // of the key; in `directory`

  // Of a name that is in the pattern.
  [[nodiscard]] const std::string& parameter(std::string_view name) const [[clang::lifetimebound]];
};

using Function = net::Outcome (*)(Context&, Call&);

// Where published clients look for an endpoint beside /api (wire.md 0.9).
enum class Alias : std::uint8_t {
  none,
  root,     // also without /api
  doubled,  // also under /api/api
  both,
};

struct Route {
  net::Method method;
  // "/api/status/{id}": {name} stands for one segment, {name...} at the end for all that follow.
  std::string_view pattern;
  Function function;
  Auth auth = Auth::door;
  Alias alias = Alias::none;
};

// What answers on TCP: routes, then files of the dashboard, then 404.
net::Outcome dispatch(Context& context, net::Request&& request);
// What answers on the Unix socket: the routes of api/admin and nothing else.
net::Outcome dispatch_admin(Context& context, net::Request&& request);

// The tables behind the two, for tests and for documents that list them.
std::span<const Route> public_routes();
std::span<const Route> socket_routes();

// Matches in order; a HEAD is a GET. Public for tests.
net::Outcome dispatch(std::span<const Route> routes, Context& context, net::Request&& request,
                      Function otherwise);

}  // namespace lp::api
