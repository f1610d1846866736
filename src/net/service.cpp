#include "net/service.h"

#include <algorithm>
#include <utility>

#include "net/assets.h"
#include "net/http_rules.h"
#include "net/reply_writer.h"

namespace lp::net {

namespace {

std::string headers_for(const ServerOptions& options, bool tls) {
  const std::string hash =
      options.import_map_hash ? *options.import_map_hash : embedded_assets()->import_map_hash();
  return header_block(security_headers(hash, tls));
}

// HSTS for such a name would lock a developer out of every other server on the machine.
bool is_local(std::string_view host) {
  const std::string_view name = host.substr(0, host.rfind(':'));
  return equal_ignoring_case(host, "localhost") || equal_ignoring_case(name, "localhost") ||
         name == "127.0.0.1" || host == "127.0.0.1" || host.starts_with("[::1]");
}

}  // namespace

Service::Service(ServerOptions the_options, Handler for_public, Handler for_admin)
    : options(std::move(the_options)),
      public_handler(std::move(for_public)),
      admin_handler(std::move(for_admin)),
      plain_headers(headers_for(options, false)),
      tls_headers(headers_for(options, true)),
      admission(options.limits) {}

bool Service::answers_for(std::string_view host) const {
  constexpr std::string_view any_port = ":*";
  // The colon of a port, not one inside the brackets of an IPv6 address.
  const std::size_t colon = host.rfind(':');
  const bool has_port = colon != std::string_view::npos && !host.ends_with(']');
  const std::string_view name = has_port ? host.substr(0, colon) : host;
  return options.hosts.empty() ||
         std::ranges::any_of(options.hosts, [&](const std::string_view known) {
           if (!known.ends_with(any_port)) return equal_ignoring_case(known, host);
           return equal_ignoring_case(known.substr(0, known.size() - any_port.size()), name);
         });
}

bool Service::trusts(const Peer& peer) const {
  if (options.trusted_proxies.empty() || peer.unix_socket) return false;
  const auto address = IpAddress::parse(peer.address);
  return address && is_trusted(options.trusted_proxies, *address);
}

const std::string& Service::fixed_headers(std::string_view host, bool tls) const {
  return tls && !is_local(host) ? tls_headers : plain_headers;
}

}  // namespace lp::net
