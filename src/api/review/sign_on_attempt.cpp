#include "api/review/sign_on_attempt.h"

#include <fmt/format.h>

#include <utility>

#include "api/review/login_nonce.h"
#include "base/text.h"
#include "crypto/aead.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::api {
namespace {

constexpr std::string_view cookie_name = "__Host-lp_oidc";
// The page asks for what follows by itself, so the browser never has to bring the cookie along from
// the provider's page.
constexpr std::string_view cookie_attributes = "HttpOnly; Secure; SameSite=Strict; Path=/";
constexpr std::size_t secret_bytes = 32;
constexpr std::string_view binding = "lp-sign-on/1";

Secret state_key(Context& context) {
  return context.engine.keys().purpose("lp-sign-on-state/1");
}

Secret cookie_key(Context& context) {
  return context.engine.keys().purpose(binding);
}

}  // namespace

SignOnAttempt new_attempt(Context& context, std::string link, bool fresh) {
  Entropy& entropy = context.engine.entropy();
  SignOnAttempt attempt;
  attempt.wish.redirect_uri = people_url(context) + "/login/callback";
  attempt.wish.state = LoginNonces::make(state_key(context).reveal(), context.engine.clock().now(),
                                         entropy, sign_on_ms);
  attempt.wish.nonce = base64url(entropy.bytes(secret_bytes));
  attempt.wish.verifier = Secret(base64url(entropy.bytes(secret_bytes)));
  attempt.wish.fresh = fresh;
  attempt.link = std::move(link);
  return attempt;
}

void set_attempt_cookie(Context& context, net::Reply& reply, const SignOnAttempt& attempt) {
  auto value = json::Value::object();
  value.add("redirect_uri", attempt.wish.redirect_uri)
      .add("state", attempt.wish.state)
      .add("nonce", attempt.wish.nonce)
      .add("verifier", attempt.wish.verifier.reveal())
      .add("fresh", attempt.wish.fresh)
      .add("link", attempt.link);
  const std::string iv = context.engine.entropy().bytes(crypto::aead_iv_bytes);
  const std::string sealed = iv + crypto::aes_256_gcm_seal(cookie_key(context).reveal(), iv,
                                                           json::compact(value), binding);
  reply.headers.emplace_back("Set-Cookie",
                             fmt::format("{}={}; Max-Age={}; {}", cookie_name, base64url(sealed),
                                         sign_on_ms / 1'000, cookie_attributes));
}

void clear_attempt_cookie(net::Reply& reply) {
  reply.headers.emplace_back("Set-Cookie",
                             fmt::format("{}=; Max-Age=0; {}", cookie_name, cookie_attributes));
}

std::optional<SignOnAttempt> attempt_of(Context& context, const net::Request& request) {
  const auto cookie = request.cookie(cookie_name);
  const auto sealed = cookie ? from_base64url(*cookie) : std::nullopt;
  if (!sealed || sealed->size() <= crypto::aead_iv_bytes) return std::nullopt;
  const std::string_view bytes = *sealed;
  auto text =
      crypto::aes_256_gcm_open(cookie_key(context).reveal(), bytes.substr(0, crypto::aead_iv_bytes),
                               bytes.substr(crypto::aead_iv_bytes), binding);
  const auto read = text ? json::parse(*std::move(text)) : json::parse("");
  if (!read) return std::nullopt;
  const auto member = [&read](std::string_view name) {
    return std::string(read->root.find_string(name).value_or(""));
  };
  const json::Value* fresh = read->root.find("fresh");
  return SignOnAttempt{
      .wish = {.redirect_uri = member("redirect_uri"),
               .state = member("state"),
               .nonce = member("nonce"),
               .verifier = Secret(member("verifier")),
               .fresh = fresh != nullptr && fresh->is_boolean() && fresh->as_boolean()},
      .link = member("link")};
}

bool use_state(Context& context, const SignOnAttempt& attempt) {
  return context.sign_on_states.use(state_key(context).reveal(), attempt.wish.state,
                                    context.engine.clock().now());
}

}  // namespace lp::api
