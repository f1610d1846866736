// What all net threads share: what they were told, and the counts that only make sense in all.

#pragma once

#include <atomic>
#include <cstddef>
#include <string>

#include "net/admission.h"
#include "net/message.h"
#include "net/server.h"

namespace lp::net {

struct Service {
  Service(ServerOptions the_options, Handler for_public, Handler for_admin);

  [[nodiscard]] bool answers_for(std::string_view host) const;
  // Whether the other end of a socket is a trusted proxy.
  [[nodiscard]] bool trusts(const Peer& peer) const;
  // The header lines of every reply to a request for `host`.
  [[nodiscard]] const std::string& fixed_headers(std::string_view host, bool tls) const;

  // Constant after construction.
  const ServerOptions options;
  const Handler public_handler;
  const Handler admin_handler;
  const std::string plain_headers;
  const std::string tls_headers;  // the same and HSTS

  Admission admission;
  std::atomic<std::size_t> body_bytes = 0;  // of bodies being received
};

}  // namespace lp::net
