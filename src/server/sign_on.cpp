#include "server/sign_on.h"

#include <fmt/format.h>

#include <utility>

#include "base/file.h"

namespace lp::server {
namespace {

constexpr std::size_t secret_bytes_max = 4'096;

// The file may end with a line feed, as editors leave it.
std::expected<Secret, std::string> read_client_secret(const std::string& path) {
  auto read = read_secret_file(path, secret_bytes_max);
  if (!read) {
    return std::unexpected(
        fmt::format("auth.oidc.client_secret_file: {}. It must be a file of the server's account "
                    "that nobody else can read (mode 0600).",
                    to_string(read.error())));
  }
  std::string_view secret = read->reveal();
  while (secret.ends_with('\n') || secret.ends_with('\r')) secret.remove_suffix(1);
  if (secret.empty()) return std::unexpected("auth.oidc.client_secret_file is empty.");
  return Secret(std::string(secret));
}

std::string host_of(std::string_view issuer) {
  issuer.remove_prefix(issuer.find("://") + 3);
  return std::string(issuer.substr(0, issuer.find_first_of(":/")));
}

}  // namespace

std::expected<std::unique_ptr<ProviderClient>, std::string> provider_of(const Config& config,
                                                                        Clock& clock) {
  const SignOnConfig& from = config.sign_on;
  if (from.issuer.empty()) return nullptr;
  auto secret = read_client_secret(from.client_secret_file);
  if (!secret) return std::unexpected(std::move(secret.error()));
  ProviderOptions options;
  options.settings = {.name = from.name.empty() ? host_of(from.issuer) : from.name,
                      .issuer = from.issuer,
                      .fresh_ms = from.fresh_ms,
                      .required = config.sign_on_required};
  options.client_id = from.client_id;
  options.client_secret = *std::move(secret);
  for (const std::string& scope : from.scopes) options.scopes += " " + scope;
  options.groups_claim = from.groups_claim;
  options.member_claim = from.member_claim;
  options.allow = from.allow;
  return ProviderClient::make(std::move(options), clock);
}

}  // namespace lp::server
