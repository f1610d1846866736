// What a provider says of itself under its discovery address (OpenID Connect Discovery 1.0 §4), as
// far as signing in needs it.

#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace lp::identity {

// Whether a provider may be called so: https, or http at a loopback name; a plain URL without
// query, fragment or account.
[[nodiscard]] bool is_issuer(std::string_view url);
// Where its description is found.
std::string discovery_url(std::string_view issuer);

struct ProviderMetadata {
  std::string issuer;
  std::string authorization_endpoint, token_endpoint, jwks_uri;
  bool names_itself = false;    // its answers carry `iss` (RFC 9207)
  bool secret_in_body = false;  // it takes the client's secret in the body alone

  // The error is a sentence for the operator. `issuer` is the one configured: a description of
  // another one would let that one speak for it (§4.3).
  static std::expected<ProviderMetadata, std::string> parse(std::string text,
                                                            std::string_view issuer);
};

}  // namespace lp::identity
