#include "identity/json_web_token.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/assert.h"
#include "base/text.h"
#include "json/parse.h"

namespace lp::identity {
namespace {

constexpr std::size_t name_max = 256;
constexpr json::Limits limits{.depth_max = 16, .members_max = 4'096};

std::optional<json::Value> object_of(std::string_view part) {
  auto bytes = from_base64url(part);
  if (!bytes) return std::nullopt;
  auto document = json::parse(*std::move(bytes), limits);
  if (!document || !document->root.is_object()) return std::nullopt;
  return std::move(document->root);
}

std::optional<TokenAlgorithm> algorithm_named(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, TokenAlgorithm>, 4> known{{
      {"RS256", TokenAlgorithm::rs256},
      {"PS256", TokenAlgorithm::ps256},
      {"ES256", TokenAlgorithm::es256},
      {"EdDSA", TokenAlgorithm::eddsa},
  }};
  const auto* const found =
      std::ranges::find(known, name, &std::pair<std::string_view, TokenAlgorithm>::first);
  return found == known.end() ? std::nullopt : std::optional(found->second);
}

// "" when it is absent; nothing when it is no text, or a long one.
std::optional<std::string> text_of(const json::Value& header, std::string_view name) {
  const json::Value* value = header.find(name);
  if (value == nullptr) return std::string();
  if (!value->is_string() || value->as_string().empty()) return std::nullopt;
  if (value->as_string().size() > name_max) return std::nullopt;
  return value->as_string();
}

// RFC 7515 §4.1.9: media types are compared without regard to case, `application/` may be left out.
std::string type_in_lower_case(std::string type) {
  std::ranges::transform(type, type.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  constexpr std::string_view prefix = "application/";
  return type.starts_with(prefix) ? type.substr(prefix.size()) : type;
}

}  // namespace

std::string_view to_string(TokenFault fault) {
  switch (fault) {
    case TokenFault::not_a_token:
      return "it is not a signed token";
    case TokenFault::algorithm:
      return "its algorithm is not taken";
    case TokenFault::header:
      return "its header asks for what is not taken";
    case TokenFault::type:
      return "it is a token of another kind";
    case TokenFault::unknown_key:
      return "its key is not among those that the provider publishes";
    case TokenFault::signature:
      return "its signature does not verify";
    case TokenFault::issuer:
      return "another provider made it";
    case TokenFault::audience:
      return "it was made for another application";
    case TokenFault::authorized_party:
      return "another application asked for it";
    case TokenFault::subject:
      return "it names no account";
    case TokenFault::expired:
      return "it has expired";
    case TokenFault::not_yet_valid:
      return "it is not valid yet";
    case TokenFault::issued_at:
      return "it was not made just now; compare the clocks";
    case TokenFault::nonce:
      return "it was made for another sign-in";
    case TokenFault::access_token_hash:
      return "it belongs to another access token";
    case TokenFault::code_hash:
      return "it belongs to another code";
    case TokenFault::sign_in_too_old:
      return "the account did not sign in just now";
    case TokenFault::claim:
      return "one of its claims is not of the right kind";
    case TokenFault::events:
      return "it is not the event of a logout";
    case TokenFault::token_id:
      return "it has no id of its own";
    case TokenFault::nobody:
      return "it names neither an account nor a session";
  }
  assertion_failed("a TokenFault", __FILE__, __LINE__);
}

std::expected<JsonWebToken, TokenFault> JsonWebToken::parse(std::string_view compact) {
  const auto wrong = [](TokenFault fault) { return std::unexpected(fault); };
  if (compact.size() > token_bytes_max) return wrong(TokenFault::not_a_token);
  const std::size_t first = compact.find('.');
  if (first == std::string_view::npos) return wrong(TokenFault::not_a_token);
  const std::size_t second = compact.find('.', first + 1);
  if (second == std::string_view::npos) return wrong(TokenFault::not_a_token);
  const auto header = object_of(compact.substr(0, first));
  auto claims = object_of(compact.substr(first + 1, second - first - 1));
  auto signature = from_base64url(compact.substr(second + 1));
  if (!header || !claims || !signature) return wrong(TokenFault::not_a_token);

  JsonWebToken token;
  const auto named = header->find_string("alg");
  if (!named) return wrong(TokenFault::header);
  const auto algorithm = algorithm_named(*named);
  if (!algorithm) return wrong(TokenFault::algorithm);
  token.algorithm = *algorithm;
  // Keys come from the provider's own set and from nowhere that a token names.
  for (const std::string_view name : {"crit", "b64", "jwk", "jku", "x5u", "x5c", "zip", "enc"}) {
    if (header->find(name) != nullptr) return wrong(TokenFault::header);
  }
  auto key_id = text_of(*header, "kid"), type = text_of(*header, "typ");
  if (!key_id || !type) return wrong(TokenFault::header);
  token.key_id = *std::move(key_id);
  token.type = type_in_lower_case(*std::move(type));
  token.claims = *std::move(claims);
  token.signed_text = compact.substr(0, second);
  token.signature = *std::move(signature);
  return token;
}

}  // namespace lp::identity
