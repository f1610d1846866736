#include "identity/token_claims.h"

#include <algorithm>

namespace lp::identity {
namespace {

constexpr std::int64_t second_max = 253'402'300'799;  // the end of the year 9999

// Only this client, however it is written: a token that others may use too proves less.
bool is_audience(const json::Value* audience, std::string_view client_id) {
  if (audience == nullptr) return false;
  if (audience->is_string()) return audience->as_string() == client_id;
  return audience->is_array() && audience->items().size() == 1 &&
         audience->items().front().is_string() &&
         audience->items().front().as_string() == client_id;
}

}  // namespace

std::expected<std::optional<Instant>, TokenFault> time_claim(const json::Value& claims,
                                                             std::string_view name) {
  const json::Value* value = claims.find(name);
  if (value == nullptr) return std::nullopt;
  const auto seconds = value->is_number() ? value->as_integer() : std::nullopt;
  if (!seconds || *seconds < 0 || *seconds > second_max) {
    return std::unexpected(TokenFault::claim);
  }
  return Instant{*seconds * 1'000};
}

std::expected<std::optional<std::string>, TokenFault> text_claim(const json::Value& claims,
                                                                 std::string_view name) {
  const json::Value* value = claims.find(name);
  if (value == nullptr) return std::nullopt;
  const bool fits =
      value->is_string() && !value->as_string().empty() &&
      value->as_string().size() <= claim_bytes_max &&
      std::ranges::all_of(value->as_string(), [](char c) { return c >= ' ' && c < 0x7f; });
  if (!fits) return std::unexpected(TokenFault::claim);
  return value->as_string();
}

std::expected<Instant, TokenFault> check_terms(const json::Value& claims, const TokenTerms& terms) {
  const auto wrong = [](TokenFault fault) { return std::unexpected(fault); };
  if (claims.find_string("iss") != terms.issuer) return wrong(TokenFault::issuer);
  if (!is_audience(claims.find("aud"), terms.client_id)) return wrong(TokenFault::audience);
  if (claims.find("azp") != nullptr && claims.find_string("azp") != terms.client_id) {
    return wrong(TokenFault::authorized_party);
  }
  const auto expires = time_claim(claims, "exp"), not_before = time_claim(claims, "nbf");
  const auto issued = time_claim(claims, "iat");
  for (const auto& time : {expires, not_before, issued}) {
    if (!time) return wrong(time.error());
  }
  if (!*expires || terms.now >= **expires + token_skew_ms) return wrong(TokenFault::expired);
  if (*not_before && **not_before > terms.now + token_skew_ms) {
    return wrong(TokenFault::not_yet_valid);
  }
  if (!*issued || **issued > terms.now + token_skew_ms ||
      terms.now - **issued > token_age_ms_max + token_skew_ms) {
    return wrong(TokenFault::issued_at);
  }
  return **issued;
}

}  // namespace lp::identity
