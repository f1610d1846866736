// What settings mean together, once all of them are known.

#include <fmt/core.h>

#include <string_view>

#include "base/file.h"
#include "server/config.h"

namespace lp::server {
namespace {

std::expected<void, std::string> check_sign_on(const Config& config) {
  const SignOnConfig& sign_on = config.sign_on;
  if (sign_on.issuer.empty()) {
    if (!config.sign_on_required) return {};
    return std::unexpected("auth.require_sso leaves nobody a way in without auth.oidc.issuer.");
  }
  if (sign_on.client_id.empty() || sign_on.client_secret_file.empty()) {
    return std::unexpected(
        "auth.oidc.issuer goes with auth.oidc.client_id and auth.oidc.client_secret_file.");
  }
  const auto address = IpAddress::parse(config.listen.address);
  if (config.public_url.empty() && !(address && address->unmapped().is_loopback())) {
    return std::unexpected(
        "auth.oidc needs server.public_url: the provider sends people back to it.");
  }
  return {};
}

}  // namespace

std::expected<outbound::MailServer, std::string> mail_server_of(const Config& config) {
  constexpr std::size_t password_bytes_max = 4'096;
  outbound::MailServer mail = config.mail;
  if (mail.url.empty() != mail.from.empty()) {
    return std::unexpected("mail.server and mail.from go together: give both or neither.");
  }
  if (mail.user.empty() != config.mail_password_file.empty()) {
    return std::unexpected("mail.user and mail.password_file go together: give both or neither.");
  }
  if (mail.user.empty()) return mail;
  auto password = read_secret_file(config.mail_password_file, password_bytes_max);
  if (!password) {
    return std::unexpected(
        fmt::format("mail.password_file: {}. It must be a file of the server's user that others "
                    "cannot read.",
                    to_string(password.error())));
  }
  std::string_view line = password->reveal();
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  mail.password = Secret(std::string(line));
  return mail;
}

std::expected<void, std::string> check_exposure(const Config& config) {
  if (auto fine = check_sign_on(config); !fine) return fine;
  if (config.tls_cert.empty() != config.tls_key.empty()) {
    return std::unexpected("server.tls.cert and server.tls.key go together: give both or neither.");
  }
  const bool encrypted = !config.tls_cert.empty() || !config.trusted_proxies.empty();
  if (config.public_url.starts_with("https://") && !encrypted) {
    return std::unexpected(
        "server.public_url is https, and this server knows of no TLS: set server.tls.cert and "
        "server.tls.key, or name the proxy that ends TLS in server.trusted_proxies.");
  }
  const auto address = IpAddress::parse(config.listen.address);
  // What is no address is refused by the listener, which says so better.
  const bool loopback = !address || address->unmapped().is_loopback();
  if (loopback || encrypted) return {};
  return std::unexpected(
      fmt::format("Refusing plain HTTP on {}: set server.tls.cert and server.tls.key, or, where a "
                  "proxy in front ends TLS, name it in server.trusted_proxies, or listen on a "
                  "loopback address.",
                  config.listen.address));
}

}  // namespace lp::server
