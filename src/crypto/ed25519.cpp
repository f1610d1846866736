#include "crypto/ed25519.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/assert.h"
#include "base/c_handle.h"

namespace lp::crypto {
namespace {

using Key = CHandle<EVP_PKEY, EVP_PKEY_free>;
using Context = CHandle<EVP_MD_CTX, EVP_MD_CTX_free>;

constexpr std::size_t key_bytes = 32;
constexpr std::size_t signature_bytes = 64;

using Coordinate = std::array<unsigned char, key_bytes>;

// 2^255 - 19, little-endian like every encoding below.
constexpr Coordinate field_prime = [] {
  Coordinate prime{};
  prime.fill(0xff);
  prime.front() = 0xed;
  prime.back() = 0x7f;
  return prime;
}();

// The y coordinates of the eight points whose order divides 8. Each stands for x and -x.
constexpr std::array<Coordinate, 5> small_order_y = [] {
  std::array<Coordinate, 5> all{};
  all[0] = {};   // order 4
  all[1] = {1};  // the neutral point
  all[2] = field_prime;
  all[2].front() = 0xec;  // -1, order 2
  all[3] = {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
            0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
            0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05};  // order 8
  all[4] = {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
            0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
            0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a};  // order 8
  return all;
}();

const unsigned char* data_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

struct Ed25519Key::Handle {
  Key key;
};

Ed25519Key::Ed25519Key(std::unique_ptr<Handle> handle, std::string public_key)
    : handle_(std::move(handle)), public_(std::move(public_key)) {}
Ed25519Key::Ed25519Key(Ed25519Key&&) noexcept = default;
Ed25519Key& Ed25519Key::operator=(Ed25519Key&&) noexcept = default;
Ed25519Key::~Ed25519Key() = default;

Ed25519Key Ed25519Key::from_seed(std::string_view seed) {
  LP_ASSERT(seed.size() == key_bytes);
  Key key(EVP_PKEY_new_raw_private_key_ex(nullptr, "ED25519", nullptr, data_of(seed), seed.size()));
  LP_ASSERT(key != nullptr);
  std::string public_key(key_bytes, '\0');
  std::size_t length = public_key.size();
  LP_ASSERT(EVP_PKEY_get_raw_public_key(
                key.get(), reinterpret_cast<unsigned char*>(public_key.data()), &length) == 1);
  return Ed25519Key(std::make_unique<Handle>(Handle{std::move(key)}), std::move(public_key));
}

std::string Ed25519Key::sign(std::string_view message) const {
  const Context context(EVP_MD_CTX_new());
  std::string signature(signature_bytes, '\0');
  std::size_t length = signature.size();
  LP_ASSERT(context &&
            EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, handle_->key.get()) == 1);
  LP_ASSERT(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()),
                           &length, data_of(message), message.size()) == 1);
  LP_ASSERT(length == signature_bytes);
  return signature;
}

bool ed25519_acceptable(std::string_view public_key) {
  if (public_key.size() != key_bytes) return false;
  Coordinate y{};
  std::copy(public_key.begin(), public_key.end(), y.begin());
  y.back() &= 0x7f;  // the sign of x. Both points of y = ±1 are refused, so "-0" cannot occur
  const bool canonical =
      std::lexicographical_compare(y.rbegin(), y.rend(), field_prime.rbegin(), field_prime.rend());
  return canonical &&
         std::find(small_order_y.begin(), small_order_y.end(), y) == small_order_y.end();
}

bool ed25519_verify(std::string_view public_key, std::string_view message,
                    std::string_view signature) {
  if (!ed25519_acceptable(public_key) || signature.size() != signature_bytes) return false;
  const Key key(EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, data_of(public_key),
                                               public_key.size()));
  const Context context(EVP_MD_CTX_new());
  LP_ASSERT(key && context);
  LP_ASSERT(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1);
  return EVP_DigestVerify(context.get(), data_of(signature), signature.size(), data_of(message),
                          message.size()) == 1;
}

}  // namespace lp::crypto
