#include "api/context.h"

namespace lp::api {

std::string base_url(const Context& context, const net::Request& request) {
  if (!context.public_url.empty()) return context.public_url;
  return (request.tls ? "https://" : "http://") + request.host;
}

}  // namespace lp::api
