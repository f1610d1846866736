// A passkey's assertion: class A (evidence.md 8).
//
// Extensions are refused, so that nothing here needs CBOR: what an authenticator says is 37 bytes.
// What it signed is told by the challenge, which the caller computes from bytes of its own.

#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"

namespace lp::evidence {

struct Assertion {
  std::string_view authenticator_data;
  std::string_view client_data;  // clientDataJSON
  std::string_view signature;    // DER
};

// What the browser says: that a passkey did `type` ("webauthn.get", "webauthn.create") for exactly
// this challenge, on a page of `origins` (on any, without) that stands in no other page. The error
// is a sentence.
std::expected<void, std::string> check_client_data(std::string_view text, std::string_view type,
                                                   const Digest& challenge,
                                                   const std::vector<std::string>* origins);

// Every check but that the key is enrolled: type, challenge, page, cross-origin, relying party,
// presence, verification, no attested data, no extensions, no byte more, the signature (low or high
// S). Without `origins` the page is not looked at. The error is a sentence.
std::expected<void, std::string> check_assertion(const Assertion& assertion,
                                                 const Digest& challenge, std::string_view spki,
                                                 std::string_view rp_id,
                                                 const std::vector<std::string>* origins);

}  // namespace lp::evidence
