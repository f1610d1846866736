#include "api/review/passkey_place.h"

#include "api/review/walls.h"
#include "base/ip_address.h"
#include "crypto/hash.h"

namespace lp::api {
namespace {

constexpr std::string_view https = "https://";
constexpr std::string_view localhost = "localhost";

// A host without its port; an IPv6 address stays one, in brackets.
std::string_view name_of(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  const bool port = colon != std::string_view::npos && host.find(']', colon) == host.npos;
  return port ? host.substr(0, colon) : host;
}

}  // namespace

std::optional<PasskeyPlace> passkey_place(std::string_view public_url,
                                          const net::Request& request) {
  const std::string origin = own_origin(public_url, request);
  const std::string_view name = name_of(request.host);
  if (name == localhost) return PasskeyPlace{.rp_id = std::string(name), .origin = origin};
  const bool ours = origin == public_url && public_url.starts_with(https);
  const bool address = name.starts_with('[') || IpAddress::parse(name).has_value();
  if (!ours || address) return std::nullopt;
  return PasskeyPlace{.rp_id = std::string(name), .origin = origin};
}

std::string login_user_id(Context& context, std::string_view member) {
  const Secret key = context.engine.keys().purpose("lp-passkey-user/1");
  return std::string(crypto::hmac_sha256(key.reveal(), member).view());
}

}  // namespace lp::api
