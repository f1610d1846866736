// A passkey's assertion over a decision core: class A (evidence.md 8).
//
// Extensions are refused, so that nothing here needs CBOR: what an authenticator says is 37 bytes.

#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace lp::evidence {

struct Assertion {
  std::string_view authenticator_data;
  std::string_view client_data;  // clientDataJSON
  std::string_view signature;    // DER
};

// Every check but that the key is enrolled: type, challenge, page, cross-origin, relying party,
// presence, verification, no attested data, no extensions, no byte more, the signature (low or high
// S). Without `origins` the page is not looked at. The error is a sentence.
std::expected<void, std::string> check_assertion(const Assertion& assertion, std::string_view core,
                                                 std::string_view spki, std::string_view rp_id,
                                                 const std::vector<std::string>* origins);

}  // namespace lp::evidence
