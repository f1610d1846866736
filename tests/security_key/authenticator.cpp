#include "authenticator.h"

#include <openssl/evp.h>

#include <algorithm>

#include "base/assert.h"
#include "base/c_handle.h"
#include "cbor.h"
#include "crypto/hash.h"
#include "identity/authenticator_flags.h"
#include "identity/passkey_testing.h"

namespace lp::soft_key {
namespace {

using namespace std::string_view_literals;
using identity::cbor_bytes;
using identity::cbor_head;
using identity::cbor_integer;
using identity::cbor_text;

using CipherContext = CHandle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;

// CTAPHID commands, CTAP commands and statuses (CTAP 2.0 §8.1.9, §6, §6.3).
constexpr std::uint8_t hid_init = 0x06, hid_cbor = 0x10;
constexpr std::uint8_t make_credential = 1, get_assertion = 2, get_info = 4, client_pin_command = 6;
constexpr std::uint8_t fine = 0, invalid_command = 0x01, invalid_cbor = 0x12, excluded = 0x19,
                       unsupported_algorithm = 0x26, no_credentials = 0x2e, touch_timeout = 0x2f,
                       pin_invalid = 0x31, pin_blocked = 0x32, pin_auth_invalid = 0x33,
                       pin_auth_blocked = 0x34, pin_not_set = 0x35, pin_required = 0x36,
                       uv_invalid = 0x3f;
constexpr int wrong_in_a_row_max = 3;

std::string cbor_true(bool value) {
  return value ? "\xf5" : "\xf4";
}

std::string status(std::uint8_t code, std::string_view body = {}) {
  return std::string(1, static_cast<char>(code)) + std::string(body);
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string random_bytes(std::size_t size) {
  crypto::SystemEntropy entropy;
  return entropy.bytes(size);
}

// SHA-256 of the shared point's x (PIN protocol 1); "" when theirs is no point.
std::string shared_secret(const crypto::P256Key& ours, const Cbor& theirs) {
  const Cbor* x = theirs.at(-2);
  const Cbor* y = theirs.at(-3);
  if (x == nullptr || y == nullptr) return {};
  const auto shared = ours.agree("\x04" + x->content + y->content);
  if (!shared) return {};
  return std::string(crypto::sha256(shared->reveal()).view());
}

// AES-256-CBC with an IV of zeros and no padding.
std::string cipher(bool encrypting, const std::string& key, const std::string& text) {
  const unsigned char iv[16] = {};
  const CipherContext context(EVP_CIPHER_CTX_new());
  std::string out(text.size(), '\0');
  int size = 0;
  const bool done =
      EVP_CipherInit_ex(context.get(), EVP_aes_256_cbc(), nullptr, bytes_of(key), iv,
                        encrypting ? 1 : 0) == 1 &&
      EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1 &&
      EVP_CipherUpdate(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                       bytes_of(text), static_cast<int>(text.size())) == 1;
  LP_ASSERT(done && size == static_cast<int>(text.size()));
  return out;
}

identity::SoftPasskey as_passkey(const SoftCredential& credential, unsigned flags,
                                 std::uint32_t counter) {
  return {.key = *crypto::P256Key::from_pkcs8(credential.key.pkcs8().reveal()),
          .credential = credential.id,
          .rp_id = credential.rp_id,
          .origin = {},
          .flags = flags,
          .counter = counter};
}

bool option(const Cbor& asked, int at, std::string_view name, bool otherwise) {
  const Cbor* options = asked.at(at);
  const Cbor* value = options == nullptr ? nullptr : options->at(name);
  return value == nullptr ? otherwise : value->truth;
}

std::string content_at(const Cbor& asked, int at) {
  const Cbor* value = asked.at(at);
  return value == nullptr ? std::string() : value->content;
}

}  // namespace

void Authenticator::power_on() {
  agreement_ = crypto::P256Key::generate();
  token_ = random_bytes(32);
  wrong_in_a_row_ = 0;
}

std::optional<std::string> Authenticator::answer(std::uint8_t command, std::string_view message) {
  if (command == hid_init) {
    // The nonce, a channel, CTAPHID 2, a version, and what it can: CBOR and no U2F messages.
    std::string said(message.substr(0, 8));
    said.append("\0\0\0\x01\x02\x05\0\0"sv);
    said += speaks_ctap2 ? '\x0c' : '\0';
    return said;
  }
  if (command != hid_cbor || message.empty()) return std::string(1, '\x01');
  const auto asked = static_cast<std::uint8_t>(message.front());
  if (pulled_out_at == "make" && asked == make_credential) return std::nullopt;
  if (pulled_out_at == "sign" && asked == get_assertion) return std::nullopt;
  return answer_cbor(message);
}

std::string Authenticator::answer_cbor(std::string_view message) {
  const auto command = static_cast<std::uint8_t>(message.front());
  if (command == get_info) return status(fine, info());
  const auto asked = read_cbor(message.substr(1));
  if (!asked) return status(invalid_cbor);
  if (command == make_credential) return make(*asked);
  if (command == get_assertion) return assert_with(*asked);
  if (command == client_pin_command) return client_pin(*asked);
  return status(invalid_command);
}

std::string Authenticator::info() const {
  std::string options = cbor_text("up") + cbor_true(true);
  if (verifies_alone) options += cbor_text("uv") + cbor_true(true);
  options += cbor_text("plat") + cbor_true(false) + cbor_text("clientPin") +
             cbor_true(!pin.empty());
  return cbor_head(5, 4) + cbor_integer(1) + cbor_head(4, 1) + cbor_text("FIDO_2_0") +
         cbor_integer(3) + cbor_bytes(std::string(16, '\0')) + cbor_integer(4) +
         cbor_head(5, verifies_alone ? 4 : 3) + options + cbor_integer(6) + cbor_head(4, 1) +
         cbor_integer(1);
}

std::string Authenticator::client_pin(const Cbor& asked) {
  constexpr std::int64_t get_retries = 1, get_agreement = 2, get_token = 5;
  const Cbor* subcommand = asked.at(2);
  if (subcommand == nullptr) return status(invalid_cbor);
  if (subcommand->number == get_retries) {
    return status(fine, cbor_head(5, 1) + cbor_integer(3) + cbor_integer(tries_left));
  }
  if (subcommand->number == get_agreement) {
    const std::string_view point = agreement_->point().substr(1);
    return status(fine, cbor_head(5, 1) + cbor_integer(1) + cbor_head(5, 5) + cbor_integer(1) +
                            cbor_integer(2) + cbor_integer(3) + cbor_integer(-25) +
                            cbor_integer(-1) + cbor_integer(1) + cbor_integer(-2) +
                            cbor_bytes(point.substr(0, 32)) + cbor_integer(-3) +
                            cbor_bytes(point.substr(32)));
  }
  if (subcommand->number == get_token) return give_token(asked);
  return status(invalid_command);
}

std::string Authenticator::give_token(const Cbor& asked) {
  if (pin.empty()) return status(pin_not_set);
  if (tries_left == 0) return status(pin_blocked);
  if (wrong_in_a_row_ >= wrong_in_a_row_max) return status(pin_auth_blocked);
  const Cbor* theirs = asked.at(3);
  const std::string encrypted = content_at(asked, 6);
  if (theirs == nullptr || encrypted.size() != 16) return status(invalid_cbor);
  const std::string secret = shared_secret(*agreement_, *theirs);
  if (secret.empty()) return status(invalid_cbor);
  --tries_left;
  if (cipher(false, secret, encrypted) != crypto::sha256(pin).view().substr(0, 16)) {
    agreement_ = crypto::P256Key::generate();
    ++wrong_in_a_row_;
    if (tries_left == 0) return status(pin_blocked);
    return status(wrong_in_a_row_ >= wrong_in_a_row_max ? pin_auth_blocked : pin_invalid);
  }
  tries_left = 8;
  wrong_in_a_row_ = 0;
  return status(fine, cbor_head(5, 1) + cbor_integer(2) + cbor_bytes(cipher(true, secret, token_)));
}

std::uint8_t Authenticator::verify(const Cbor& asked, int options_at, int proof_at,
                                   const std::string& hash, bool& verified) {
  if (const Cbor* proof = asked.at(proof_at)) {
    const Digest expected = crypto::hmac_sha256(token_, hash);
    if (proof->content != expected.view().substr(0, 16)) return pin_auth_invalid;
    verified = !verifies_nobody;
    return fine;
  }
  if (option(asked, options_at, "uv", false)) {
    if (!verifies_alone) return pin_required;
    if (!recognises) return uv_invalid;
    verified = !verifies_nobody;
  }
  return fine;
}

const SoftCredential* Authenticator::find(const Cbor* list, const std::string& rp_id) const {
  for (const Cbor& item : list == nullptr ? std::vector<Cbor>{} : list->items) {
    const std::string id = item.content_at("id");
    const auto found = std::ranges::find_if(credentials, [&](const SoftCredential& one) {
      return one.id == id && one.rp_id == rp_id;
    });
    if (found != credentials.end()) return &*found;
  }
  return nullptr;
}

std::string Authenticator::make(const Cbor& asked) {
  const std::string hash = content_at(asked, 1);
  const Cbor* rp = asked.at(2);
  if (hash.size() != 32 || rp == nullptr) return status(invalid_cbor);
  if (!es256) return status(unsupported_algorithm);
  bool verified = false;
  if (const auto code = verify(asked, 7, 8, hash, verified); code != fine) return status(code);
  if (!touched) return status(touch_timeout);
  const std::string rp_id = rp->content_at("id");
  if (find(asked.at(5), rp_id) != nullptr) return status(excluded);
  credentials.push_back(
      {.id = random_bytes(48), .rp_id = rp_id, .key = crypto::P256Key::generate()});
  const unsigned flags = identity::user_present | (verified ? identity::user_verified : 0);
  const auto passkey = as_passkey(credentials.back(), flags, ++counter);
  const std::string data = passkey.attested();
  return status(fine, cbor_head(5, 3) + cbor_integer(1) + cbor_text("packed") + cbor_integer(2) +
                          cbor_bytes(data) + cbor_integer(3) + cbor_head(5, 2) +
                          cbor_text("alg") + cbor_integer(-7) + cbor_text("sig") +
                          cbor_bytes(passkey.key.sign(data + hash)));
}

std::string Authenticator::assert_with(const Cbor& asked) {
  const std::string rp_id = content_at(asked, 1), hash = content_at(asked, 2);
  if (hash.size() != 32) return status(invalid_cbor);
  const bool presence = option(asked, 5, "up", true);
  bool verified = false;
  if (const auto code = verify(asked, 5, 6, hash, verified); code != fine) return status(code);
  if (!presence && !tells_unverified && !verified) return status(pin_required);
  const SoftCredential* credential = find(asked.at(3), rp_id);
  if (credential == nullptr) return status(no_credentials);
  if (presence && !touched) return status(touch_timeout);
  const unsigned flags =
      (presence ? identity::user_present : 0) | (verified ? identity::user_verified : 0);
  const auto passkey = as_passkey(*credential, flags, ++counter);
  const std::string data = passkey.head(flags);
  return status(fine, cbor_head(5, 3) + cbor_integer(1) + cbor_head(5, 2) + cbor_text("id") +
                          cbor_bytes(credential->id) + cbor_text("type") +
                          cbor_text("public-key") + cbor_integer(2) + cbor_bytes(data) +
                          cbor_integer(3) + cbor_bytes(passkey.key.sign(data + hash)));
}

}  // namespace lp::soft_key
