// Sign-up without a person: POST /api/agent-signup/request-token and POST /api/agent-signup
// (wire.md A2). Off unless the operator turns it on (D-44): anybody who reaches the server could
// otherwise make projects.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/entropy.h"
#include "net/message.h"

namespace lp::api {

struct Call;
struct Context;

// Tokens that were given out and not yet used: one hour, one workspace each. Thread-safe; a restart
// forgets them and the client asks again.
class SignupTokens {
 public:
  static constexpr std::int64_t valid_ms = 3'600'000;

  std::string issue(Entropy& entropy, std::int64_t now_ms);
  // True once for a token that is known and not older than an hour.
  bool redeem(std::string_view token, std::int64_t now_ms);
  [[nodiscard]] std::size_t size() const;

 private:
  mutable std::mutex mutex_;
  std::map<Digest, std::int64_t> expires_ms_;  // by SHA-256 of the token
};

net::Outcome signup_request_token(Context& context, Call& call);
net::Outcome signup_redeem(Context& context, Call& call);

}  // namespace lp::api
