#include "identity/id_token.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "crypto/hash.h"

namespace lp::identity {
namespace {

// §3.1.3.6: the left half of the hash that the algorithm of the token uses. Ed25519 hashes with
// SHA-512, which nobody here computes, so such a hash is not compared; the exchange that brought
// both was one answer over TLS.
bool matches(const json::Value& hash, std::string_view value) {
  constexpr std::size_t half = 16;
  return hash.is_string() &&
         hash.as_string() == base64url(crypto::sha256(value).view().substr(0, half));
}

std::expected<void, TokenFault> check_hashes(const JsonWebToken& token, const IdTokenTerms& terms) {
  if (token.algorithm == TokenAlgorithm::eddsa) return {};
  const json::Value* of_access = token.claims.find("at_hash");
  if (of_access != nullptr && !matches(*of_access, terms.access_token)) {
    return std::unexpected(TokenFault::access_token_hash);
  }
  const json::Value* of_code = token.claims.find("c_hash");
  if (of_code != nullptr && !matches(*of_code, terms.code)) {
    return std::unexpected(TokenFault::code_hash);
  }
  return {};
}

// A list of names, or one. What could not be shown or kept as a name is no name.
std::expected<std::vector<std::string>, TokenFault> groups_of(const json::Value& claims,
                                                              std::string_view name) {
  const json::Value* value = name.empty() ? nullptr : claims.find(name);
  std::vector<std::string> groups;
  if (value == nullptr) return groups;
  if (!value->is_array() && !value->is_string()) return std::unexpected(TokenFault::claim);
  const json::Array one{*value};
  for (const json::Value& item : value->is_array() ? value->items() : one) {
    if (!item.is_string()) return std::unexpected(TokenFault::claim);
    const std::string& text = item.as_string();
    if (!text.empty() && text.size() <= claim_bytes_max) groups.push_back(text);
  }
  std::ranges::sort(groups);
  const auto [first, last] = std::ranges::unique(groups);
  groups.erase(first, last);
  if (groups.size() > provider_groups_max) groups.resize(provider_groups_max);
  return groups;
}

}  // namespace

std::expected<ProvenAccount, TokenFault> check_id_token(const JsonWebToken& token,
                                                        const IdTokenTerms& terms) {
  const auto wrong = [](TokenFault fault) { return std::unexpected(fault); };
  const json::Value& claims = token.claims;
  if (!token.type.empty() && token.type != "jwt") return wrong(TokenFault::type);
  if (const auto made = check_terms(claims, terms.terms); !made) return wrong(made.error());
  // A logout token, which an older provider signs with the same keys and without a type.
  if (claims.find("events") != nullptr) return wrong(TokenFault::type);
  const auto nonce = claims.find_string("nonce");
  if (!nonce || terms.nonce.empty() || !crypto::equal_constant_time(*nonce, terms.nonce)) {
    return wrong(TokenFault::nonce);
  }
  if (const auto fine = check_hashes(token, terms); !fine) return wrong(fine.error());
  auto subject = text_claim(claims, "sub");
  if (!subject || !*subject) return wrong(TokenFault::subject);
  auto session = text_claim(claims, "sid");
  auto authenticated = time_claim(claims, "auth_time");
  auto groups = groups_of(claims, terms.groups_claim);
  if (!session || !authenticated || !groups) return wrong(TokenFault::claim);
  const Instant now = terms.terms.now;
  if (*authenticated && **authenticated > now + token_skew_ms) return wrong(TokenFault::issued_at);
  if (terms.max_age_ms &&
      (!*authenticated || now - **authenticated > *terms.max_age_ms + token_skew_ms)) {
    return wrong(TokenFault::sign_in_too_old);
  }
  std::string member;
  if (!terms.member_claim.empty()) {
    auto said = text_claim(claims, terms.member_claim);
    if (!said) return wrong(said.error());
    member = std::move(*said).value_or(std::string());
  }
  return ProvenAccount{.issuer = std::string(terms.terms.issuer),
                       .subject = **std::move(subject),
                       .session = std::move(*session).value_or(std::string()),
                       .authenticated = *authenticated,
                       .groups = *std::move(groups),
                       .member = std::move(member)};
}

}  // namespace lp::identity
