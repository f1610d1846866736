// One sign-in at an identity provider that has begun, kept by the browser that began it: sealed in
// a cookie of its own, so that the server keeps nothing, nobody reads it, and the answer to it
// counts in no other browser.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/context.h"
#include "api/identity_provider.h"
#include "base/secret.h"
#include "net/message.h"

namespace lp::api {

// Long enough for a person with a second factor.
inline constexpr std::int64_t sign_on_ms = 600'000;

struct SignOnAttempt {
  SignOnWish wish;
  std::string link;  // token of an account link; "" = none
};

// A new one, with its redirect URI. Its state is a nonce of LoginNonces.
SignOnAttempt new_attempt(Context& context, std::string link, bool fresh);

void set_attempt_cookie(Context& context, net::Reply& reply, const SignOnAttempt& attempt);
void clear_attempt_cookie(net::Reply& reply);
// The one that this browser began; nothing for a cookie that is missing, or not as we sealed it.
std::optional<SignOnAttempt> attempt_of(Context& context, const net::Request& request);
// Whether `state` is that of the attempt, not too old, and used now for the first time.
[[nodiscard]] bool use_state(Context& context, const SignOnAttempt& attempt);

}  // namespace lp::api
