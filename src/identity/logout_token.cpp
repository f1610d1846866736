#include "identity/logout_token.h"

#include <utility>

namespace lp::identity {
namespace {

constexpr std::string_view logout_event = "http://schemas.openid.net/event/backchannel-logout";

}  // namespace

std::expected<ProvenLogout, TokenFault> check_logout_token(const JsonWebToken& token,
                                                           const TokenTerms& terms) {
  const auto wrong = [](TokenFault fault) { return std::unexpected(fault); };
  const json::Value& claims = token.claims;
  const bool typed = token.type.empty() || token.type == "jwt" || token.type == "logout+jwt";
  if (!typed) return wrong(TokenFault::type);
  const auto made = check_terms(claims, terms);
  if (!made) return wrong(made.error());
  const json::Value* events = claims.find("events");
  const json::Value* event = events == nullptr ? nullptr : events->find(logout_event);
  if (event == nullptr || !event->is_object()) return wrong(TokenFault::events);
  // §2.4: what carries a nonce is an ID token that somebody wants to pass for this.
  if (claims.find("nonce") != nullptr) return wrong(TokenFault::nonce);
  auto token_id = text_claim(claims, "jti");
  if (!token_id || !*token_id) return wrong(TokenFault::token_id);
  auto subject = text_claim(claims, "sub"), session = text_claim(claims, "sid");
  if (!subject || !session) return wrong(TokenFault::claim);
  if (!*subject && !*session) return wrong(TokenFault::nobody);
  return ProvenLogout{.issuer = std::string(terms.issuer),
                      .subject = std::move(*subject).value_or(std::string()),
                      .session = std::move(*session).value_or(std::string()),
                      .token_id = **std::move(token_id),
                      .expires = *made + token_age_ms_max + 2 * token_skew_ms};
}

}  // namespace lp::identity
