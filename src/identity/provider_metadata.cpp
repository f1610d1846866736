#include "identity/provider_metadata.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "json/parse.h"

namespace lp::identity {
namespace {

constexpr std::size_t url_bytes_max = 2'048;
constexpr std::string_view https = "https://";
constexpr std::string_view http = "http://";

std::string_view host_of(std::string_view rest) {
  rest = rest.substr(0, rest.find('/'));
  if (rest.starts_with('[')) return rest.substr(0, rest.find(']') + 1);
  return rest.substr(0, rest.find(':'));
}

// What an address may be that tokens, codes and secrets travel to.
bool is_safe(std::string_view url, std::string_view forbidden) {
  const bool plain = url.size() <= url_bytes_max && std::ranges::all_of(url, [&](char c) {
                       return c > ' ' && c < 0x7f && !forbidden.contains(c);
                     });
  if (!plain) return false;
  if (url.starts_with(https)) return !host_of(url.substr(https.size())).empty();
  if (!url.starts_with(http)) return false;
  const std::string_view host = host_of(url.substr(http.size()));
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

// Absent: `fallback`, as the specification says.
bool lists(const json::Value& document, std::string_view member, std::string_view wanted,
           bool fallback) {
  const json::Value* list = document.find(member);
  if (list == nullptr) return fallback;
  return list->is_array() && std::ranges::any_of(list->items(), [wanted](const json::Value& item) {
           return item.is_string() && item.as_string() == wanted;
         });
}

std::optional<std::string> endpoint(const json::Value& document, std::string_view member,
                                    bool encrypted) {
  const auto url = document.find_string(member);
  if (!url || !is_safe(*url, "#@\\\"<>")) return std::nullopt;
  // A provider that is reached over TLS sends nobody anywhere without.
  if (encrypted && !url->starts_with(https)) return std::nullopt;
  return std::string(*url);
}

}  // namespace

bool is_issuer(std::string_view url) {
  return is_safe(url, "#?@\\\"<>");
}

std::string discovery_url(std::string_view issuer) {
  while (issuer.ends_with('/')) issuer.remove_suffix(1);
  return std::string(issuer) + "/.well-known/openid-configuration";
}

std::expected<ProviderMetadata, std::string> ProviderMetadata::parse(std::string text,
                                                                     std::string_view issuer) {
  const auto read = json::parse(std::move(text));
  if (!read || !read->root.is_object()) {
    return std::unexpected("its description is not a JSON object");
  }
  const json::Value& document = read->root;
  if (document.find_string("issuer") != issuer) {
    return std::unexpected("its description is that of another issuer");
  }
  const bool encrypted = issuer.starts_with(https);
  auto authorization = endpoint(document, "authorization_endpoint", encrypted);
  auto token = endpoint(document, "token_endpoint", encrypted);
  auto keys = endpoint(document, "jwks_uri", encrypted);
  if (!authorization || !token || !keys) {
    return std::unexpected("its description names no safe addresses to sign in at");
  }
  if (!lists(document, "response_types_supported", "code", false)) {
    return std::unexpected("it does not know the authorization code flow");
  }
  if (!lists(document, "code_challenge_methods_supported", "S256", true)) {
    return std::unexpected("it does not know PKCE with S256");
  }
  constexpr std::array algorithms{"RS256", "PS256", "ES256", "EdDSA"};
  const bool signs = std::ranges::any_of(algorithms, [&](std::string_view algorithm) {
    return lists(document, "id_token_signing_alg_values_supported", algorithm, true);
  });
  if (!signs) return std::unexpected("it signs with none of the algorithms that are taken");
  const bool by_header =
      lists(document, "token_endpoint_auth_methods_supported", "client_secret_basic", true);
  const bool by_body =
      lists(document, "token_endpoint_auth_methods_supported", "client_secret_post", false);
  if (!by_header && !by_body) {
    return std::unexpected("it takes no client secret at its token endpoint");
  }
  const json::Value* names = document.find("authorization_response_iss_parameter_supported");
  return ProviderMetadata{
      .issuer = std::string(issuer),
      .authorization_endpoint = *std::move(authorization),
      .token_endpoint = *std::move(token),
      .jwks_uri = *std::move(keys),
      .names_itself = names != nullptr && names->is_boolean() && names->as_boolean(),
      .secret_in_body = !by_header};
}

}  // namespace lp::identity
