#include "crypto/scrypt.h"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <array>
#include <bit>
#include <string>

#include "base/assert.h"
#include "base/c_handle.h"

namespace lp::crypto {
namespace {

using Kdf = CHandle<EVP_KDF, EVP_KDF_free>;
using KdfContext = CHandle<EVP_KDF_CTX, EVP_KDF_CTX_free>;

constexpr std::uint64_t memory_max = 1ULL << 30;
constexpr std::uint64_t n_max = 1ULL << 22;
constexpr std::uint64_t parallel_max = 16;

// OpenSSL takes inputs through pointers to non-const, and does not write to them.
OSSL_PARAM octets(const char* name, std::string_view bytes) {
  return OSSL_PARAM_construct_octet_string(name, const_cast<char*>(bytes.data()), bytes.size());
}

}  // namespace

bool affordable(const ScryptCost& cost) {
  const bool in_range = cost.n >= 2 && cost.n <= n_max && std::has_single_bit(cost.n) &&
                        cost.r >= 1 && cost.r <= parallel_max && cost.p >= 1 &&
                        cost.p <= parallel_max;
  return in_range && 128 * cost.n * cost.r <= memory_max;
}

Secret scrypt(std::string_view passphrase, std::string_view salt, const ScryptCost& cost,
              std::size_t length) {
  LP_ASSERT(affordable(cost) && length > 0);
  const Kdf kdf(EVP_KDF_fetch(nullptr, "SCRYPT", nullptr));
  LP_ASSERT(kdf != nullptr);
  const KdfContext context(EVP_KDF_CTX_new(kdf.get()));
  LP_ASSERT(context != nullptr);
  std::uint64_t n = cost.n, r = cost.r, p = cost.p, memory = 2 * memory_max;
  const std::array parameters{octets(OSSL_KDF_PARAM_PASSWORD, passphrase),
                              octets(OSSL_KDF_PARAM_SALT, salt),
                              OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n),
                              OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_R, &r),
                              OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_P, &p),
                              OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &memory),
                              OSSL_PARAM_construct_end()};
  std::string key(length, '\0');
  LP_ASSERT(EVP_KDF_derive(context.get(), reinterpret_cast<unsigned char*>(key.data()), key.size(),
                           parameters.data()) == 1);
  return Secret(std::move(key));
}

}  // namespace lp::crypto
