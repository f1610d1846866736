// A token, a set of keys and a provider's description, one a line: no text is a crash, what is read
// is what was sent, and no token is taken that no key has signed.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/text.h"
#include "identity/id_token.h"
#include "identity/key_set.h"
#include "identity/logout_token.h"
#include "identity/provider_metadata.h"
#include "lines.h"

using namespace lp::identity;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const std::string_view compact = lp::fuzz::take_line(rest);
  const std::string_view keys = lp::fuzz::take_line(rest);
  constexpr std::string_view issuer = "https://login.example";
  if (const auto metadata = ProviderMetadata::parse(std::string(rest), issuer)) {
    for (const auto* url : {&metadata->authorization_endpoint, &metadata->token_endpoint}) {
      LP_ASSERT(url->starts_with("https://"));
    }
  }
  const auto set = KeySet::parse(std::string(keys));
  const auto token = JsonWebToken::parse(compact);
  if (!token) {
    LP_ASSERT(!to_string(token.error()).empty());
    return 0;
  }
  LP_ASSERT(token->signed_text + "." + lp::base64url(token->signature) == compact);
  LP_ASSERT(token->claims.is_object());
  if (set && set->size() == 0) LP_ASSERT(!set->verify(*token));
  const TokenTerms terms{.issuer = issuer, .client_id = "letsping", .now = {1'790'000'000'000}};
  const auto account = check_id_token(*token, {.terms = terms,
                                               .nonce = "n1",
                                               .access_token = {},
                                               .code = {},
                                               .max_age_ms = {},
                                               .groups_claim = "groups",
                                               .member_claim = {}});
  const auto logout = check_logout_token(*token, terms);
  // What signs somebody in signs nobody out, and the reverse.
  LP_ASSERT(!(account && logout));
  if (account) LP_ASSERT(!account->subject.empty() && account->issuer == issuer);
  return 0;
}
