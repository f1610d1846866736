#include "api/pages.h"

#include <utility>

#include "api/errors.h"

namespace lp::api {

net::Outcome page(Context& context, Call& call) {
  auto reply = context.assets.serve(call.request, "/index.html");
  return reply ? *std::move(reply) : refuse(Reason::no_route);
}

net::Outcome file_or_nothing(Context& context, Call& call) {
  const bool reads =
      call.request.method == net::Method::get || call.request.method == net::Method::head;
  if (!reads) return refuse(Reason::no_route);
  auto reply = context.assets.serve(call.request, call.request.path);
  return reply ? *std::move(reply) : refuse(Reason::no_route);
}

}  // namespace lp::api
