#include "evidence/assertion.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/hash.h"
#include "crypto/p256.h"
#include "evidence/members.h"

namespace lp::evidence {
namespace {

constexpr std::size_t hash_bytes = 32;
constexpr std::size_t authenticator_bytes = 37;  // hash, flags, 4 bytes of counter
constexpr unsigned user_present = 0x01;
constexpr unsigned user_verified = 0x04;
constexpr unsigned attested_data = 0x40;
constexpr unsigned extension_data = 0x80;

std::expected<void, std::string> check_authenticator(std::string_view data,
                                                     std::string_view rp_id) {
  if (data.size() != authenticator_bytes) {
    return std::unexpected("the authenticator's part has another length");
  }
  if (data.substr(0, hash_bytes) != crypto::sha256(rp_id).view()) {
    return std::unexpected("the passkey was used for another relying party");
  }
  const auto flags = static_cast<unsigned char>(data[hash_bytes]);
  if ((flags & user_present) == 0 || (flags & user_verified) == 0) {
    return std::unexpected("the authenticator did not verify the person");
  }
  if ((flags & (attested_data | extension_data)) != 0) {
    return std::unexpected("the authenticator says more than an assertion may");
  }
  return {};
}

}  // namespace

std::expected<void, std::string> check_client_data(std::string_view text, std::string_view type,
                                                   const Digest& challenge,
                                                   const std::vector<std::string>* origins) {
  const auto data = read_json(text);
  if (!data || !data->is_object()) return std::unexpected("the browser's part is malformed");
  if (data->find_string("type") != type) {
    return std::unexpected("the passkey did something else than what was asked of it");
  }
  if (data->find_string("challenge") != base64url(challenge.view())) {
    return std::unexpected("the passkey signed something else than this");
  }
  const auto origin = data->find_string("origin");
  if (!origin || (origins != nullptr && std::ranges::find(*origins, *origin) == origins->end())) {
    return std::unexpected("the passkey was used on a page that is not trusted for it");
  }
  const json::Value* const cross = data->find("crossOrigin");
  const bool crossed = cross != nullptr && (!cross->is_boolean() || cross->as_boolean());
  if (crossed || data->find("topOrigin") != nullptr) {
    return std::unexpected("the passkey was used inside of another page");
  }
  return {};
}

std::expected<void, std::string> check_assertion(const Assertion& assertion,
                                                 const Digest& challenge, std::string_view spki,
                                                 std::string_view rp_id,
                                                 const std::vector<std::string>* origins) {
  if (auto fine = check_client_data(assertion.client_data, "webauthn.get", challenge, origins);
      !fine) {
    return fine;
  }
  if (auto fine = check_authenticator(assertion.authenticator_data, rp_id); !fine) return fine;
  std::string message(assertion.authenticator_data);
  message += crypto::sha256(assertion.client_data).view();
  if (!crypto::p256_verify(spki, message, assertion.signature, false)) {
    return std::unexpected("the passkey's signature does not verify");
  }
  return {};
}

}  // namespace lp::evidence
