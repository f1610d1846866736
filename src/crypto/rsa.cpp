#include "crypto/rsa.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <utility>

#include "base/assert.h"
#include "base/c_handle.h"
#include "crypto/hash.h"

namespace lp::crypto {
namespace {

using Key = CHandle<EVP_PKEY, EVP_PKEY_free>;
using KeyContext = CHandle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using Number = CHandle<BIGNUM, BN_free>;

constexpr int modulus_bits_min = 2'048;
constexpr int modulus_bits_max = 8'192;
constexpr int exponent_bits_max = 32;

const unsigned char* data_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

// Null for what has leading zeros or nothing at all: a number has one spelling.
Number number_of(std::string_view bytes) {
  if (bytes.empty() || bytes.front() == '\0' || bytes.size() > modulus_bits_max / 8) return nullptr;
  return Number(BN_bin2bn(data_of(bytes), static_cast<int>(bytes.size()), nullptr));
}

bool acceptable(const BIGNUM* modulus, const BIGNUM* exponent) {
  const int bits = BN_num_bits(modulus);
  return bits >= modulus_bits_min && bits <= modulus_bits_max && BN_is_odd(modulus) == 1 &&
         BN_is_odd(exponent) == 1 && BN_is_one(exponent) == 0 &&
         BN_num_bits(exponent) <= exponent_bits_max;
}

}  // namespace

struct RsaPublicKey::Handle {
  Key key;
};

RsaPublicKey::RsaPublicKey(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
RsaPublicKey::RsaPublicKey(RsaPublicKey&&) noexcept = default;
RsaPublicKey& RsaPublicKey::operator=(RsaPublicKey&&) noexcept = default;
RsaPublicKey::~RsaPublicKey() = default;

std::optional<RsaPublicKey> RsaPublicKey::from_parts(std::string_view modulus,
                                                     std::string_view exponent) {
  const Number n = number_of(modulus), e = number_of(exponent);
  if (!n || !e || !acceptable(n.get(), e.get())) return std::nullopt;
  const CHandle<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
  LP_ASSERT(builder != nullptr);
  LP_ASSERT(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) == 1);
  LP_ASSERT(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) == 1);
  const CHandle<OSSL_PARAM, OSSL_PARAM_free> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  LP_ASSERT(parameters && context && EVP_PKEY_fromdata_init(context.get()) == 1);
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return std::nullopt;
  }
  return RsaPublicKey(std::make_unique<Handle>(Handle{Key(key)}));
}

bool RsaPublicKey::verify(std::string_view message, std::string_view signature, int padding) const {
  // RFC 8017 §8.1.2 and §8.2.2: another length is no signature of this key.
  if (std::cmp_not_equal(signature.size(), EVP_PKEY_get_size(handle_->key.get()))) return false;
  const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, handle_->key.get(), nullptr));
  LP_ASSERT(context && EVP_PKEY_verify_init(context.get()) == 1);
  LP_ASSERT(EVP_PKEY_CTX_set_rsa_padding(context.get(), padding) == 1);
  LP_ASSERT(EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1);
  if (padding == RSA_PKCS1_PSS_PADDING) {
    LP_ASSERT(EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), EVP_sha256()) == 1);
    LP_ASSERT(EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), RSA_PSS_SALTLEN_DIGEST) == 1);
  }
  const Digest digest = sha256(message);
  return EVP_PKEY_verify(context.get(), data_of(signature), signature.size(), digest.bytes.data(),
                         digest.bytes.size()) == 1;
}

bool RsaPublicKey::verify_pkcs1(std::string_view message, std::string_view signature) const {
  return verify(message, signature, RSA_PKCS1_PADDING);
}

bool RsaPublicKey::verify_pss(std::string_view message, std::string_view signature) const {
  return verify(message, signature, RSA_PKCS1_PSS_PADDING);
}

}  // namespace lp::crypto
