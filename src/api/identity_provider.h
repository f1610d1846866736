// What the doors need of an identity provider: where to send a browser, who came back, and whose
// session has ended. How it is asked is server/provider_client.h; what its words are worth,
// identity/.

#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>

#include "base/secret.h"
#include "identity/id_token.h"
#include "identity/logout_token.h"

namespace lp::api {

// As settings auth.* say it.
struct SignOnSettings {
  std::string name;           // what people call it: "Sign in with <name>"
  std::string issuer;         //
  std::int64_t fresh_ms = 0;  // for how long a sign-in there is fresh enough to decide at high
  bool required = false;      // nothing else signs in
};

// Why nothing came of it. `why` is a sentence for the log and for people, without secrets.
struct SignOnTrouble {
  bool unreachable = false;  // the provider did not answer, or not with what can be used now
  std::string why;
};

// What one sign-in is bound to.
struct SignOnWish {
  std::string redirect_uri;
  std::string state, nonce;
  Secret verifier;     // of PKCE
  bool fresh = false;  // the person shall sign in there now
};

struct SignOnAnswer {
  SignOnWish wish;
  std::string code;
  std::string issuer;  // `iss` beside the code (RFC 9207); "" when there was none
};

class IdentityProvider {
 public:
  template <typename T>
  using Done = std::move_only_function<void(std::expected<T, SignOnTrouble>)>;

  virtual ~IdentityProvider() = default;
  [[nodiscard]] virtual const SignOnSettings& settings() const [[clang::lifetimebound]] = 0;
  // Each calls back once, on another thread; false when too many wait, and then never.
  // The address to send the browser to.
  [[nodiscard]] virtual bool begin(SignOnWish wish, Done<std::string> done) = 0;
  // Who it is that the provider gave this code for.
  [[nodiscard]] virtual bool finish(SignOnAnswer answer, Done<identity::ProvenAccount> done) = 0;
  // What a logout token says, if the provider made it.
  [[nodiscard]] virtual bool read_logout(std::string token, Done<identity::ProvenLogout> done) = 0;
};

}  // namespace lp::api
