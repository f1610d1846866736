#include "api/pages.h"

#include <utility>

#include "api/errors.h"

namespace lp::api {

net::Outcome page(Context& context, Call& call) {
  auto reply = context.assets.serve(call.request, "/index.html");
  return reply ? *std::move(reply) : refuse(Reason::no_route);
}

net::Outcome verify_page(Context& context, Call& call) {
  auto reply = context.assets.serve(call.request, "/verify/index.html");
  return reply ? *std::move(reply) : refuse(Reason::no_route);
}

// To be kept, not shown: its own policy allows its scripts by their hashes, ours does not.
net::Outcome verify_file(Context& context, Call& call) {
  auto reply = context.assets.serve(call.request, "/verify.html");
  if (!reply) return refuse(Reason::no_route);
  reply->headers.emplace_back("Content-Disposition",
                              "attachment; filename=\"letsping-verify.html\"");
  return *std::move(reply);
}

net::Outcome file_or_nothing(Context& context, Call& call) {
  const bool reads =
      call.request.method == net::Method::get || call.request.method == net::Method::head;
  if (!reads) return refuse(Reason::no_route);
  auto reply = context.assets.serve(call.request, call.request.path);
  return reply ? *std::move(reply) : refuse(Reason::no_route);
}

}  // namespace lp::api
