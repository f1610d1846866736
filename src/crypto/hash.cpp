#include "crypto/hash.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <climits>

#include "base/assert.h"
#include "base/c_handle.h"
#include "base/secret.h"

namespace lp::crypto {
namespace {

const unsigned char* data_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

CHandle<EVP_MD_CTX, EVP_MD_CTX_free> sha256_context() {
  CHandle<EVP_MD_CTX, EVP_MD_CTX_free> fresh(EVP_MD_CTX_new());
  const CHandle<EVP_MD, EVP_MD_free> algorithm(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  LP_ASSERT(fresh && algorithm && EVP_DigestInit_ex(fresh.get(), algorithm.get(), nullptr) == 1);
  return fresh;
}

// Fetched once and reused: looking the algorithm up again is what makes SHA256() slow.
EVP_MD_CTX* thread_digest_context() {
  thread_local const CHandle<EVP_MD_CTX, EVP_MD_CTX_free> context = sha256_context();
  return context.get();
}

// Keeps the last key's inner state until the next use on this thread. That is no new exposure: the
// keys of long life stand in memory anyway, and the process is not dumpable (security.md D-59).
EVP_MAC_CTX* thread_mac_context() {
  thread_local const CHandle<EVP_MAC_CTX, EVP_MAC_CTX_free> context = [] {
    const CHandle<EVP_MAC, EVP_MAC_free> algorithm(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
    CHandle<EVP_MAC_CTX, EVP_MAC_CTX_free> fresh(EVP_MAC_CTX_new(algorithm.get()));
    char digest[] = "SHA256";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end()};
    LP_ASSERT(fresh && EVP_MAC_CTX_set_params(fresh.get(), parameters) == 1);
    return fresh;
  }();
  return context.get();
}

template <typename Parts>
Digest hash_parts(const Parts& parts) {
  EVP_MD_CTX* context = thread_digest_context();
  bool done = EVP_DigestInit_ex(context, nullptr, nullptr) == 1;
  for (const std::string_view part : parts) {
    done = done && EVP_DigestUpdate(context, part.data(), part.size()) == 1;
  }
  Digest digest;
  LP_ASSERT(done && EVP_DigestFinal_ex(context, digest.bytes.data(), nullptr) == 1);
  return digest;
}

template <typename Parts>
Digest mac_parts(std::string_view key, const Parts& parts) {
  EVP_MAC_CTX* context = thread_mac_context();
  // A null pointer would mean "the key of before": an empty key needs an address of its own.
  static constexpr unsigned char nothing = 0;
  const unsigned char* key_bytes = key.empty() ? &nothing : data_of(key);
  bool done = EVP_MAC_init(context, key_bytes, key.size(), nullptr) == 1;
  for (const std::string_view part : parts) {
    done = done && EVP_MAC_update(context, data_of(part), part.size()) == 1;
  }
  Digest digest;
  std::size_t written = 0;
  LP_ASSERT(done &&
            EVP_MAC_final(context, digest.bytes.data(), &written, digest.bytes.size()) == 1);
  LP_ASSERT(written == digest.bytes.size());
  return digest;
}

}  // namespace

Digest sha256(std::string_view bytes) {
  return hash_parts(std::initializer_list{bytes});
}

Digest sha256(std::initializer_list<std::string_view> parts) {
  return hash_parts(parts);
}

struct Sha256::Context {
  CHandle<EVP_MD_CTX, EVP_MD_CTX_free> digest;
};

Sha256::Sha256() : context_(std::make_unique<Context>(Context{.digest = sha256_context()})) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::add(std::string_view bytes) {
  LP_ASSERT(EVP_DigestUpdate(context_->digest.get(), bytes.data(), bytes.size()) == 1);
}

Digest Sha256::take() {
  Digest digest;
  LP_ASSERT(EVP_DigestFinal_ex(context_->digest.get(), digest.bytes.data(), nullptr) == 1 &&
            EVP_DigestInit_ex(context_->digest.get(), nullptr, nullptr) == 1);
  return digest;
}

Digest hmac_sha256(std::string_view key, std::string_view message) {
  return mac_parts(key, std::initializer_list{message});
}

Digest hmac_sha256(std::string_view key, std::initializer_list<std::string_view> parts) {
  return mac_parts(key, parts);
}

// Written over our HMAC because OpenSSL 3.0's HKDF refuses an `info` longer than 1024 bytes, and
// ours holds a caller's context (evidence.md 2).
std::string hkdf_sha256(std::string_view key, std::string_view salt, std::string_view info,
                        std::size_t length) {
  LP_ASSERT(length <= 255 * sizeof(Digest::bytes));
  // An absent salt is 32 zero bytes (RFC 5869 §2.2), which HMAC pads the empty key to anyway.
  Digest pseudorandom_key = hmac_sha256(salt, key);
  std::string output;
  output.reserve(length + sizeof(Digest::bytes));
  Digest block;
  std::string_view previous;
  for (unsigned char counter = 1; output.size() < length; ++counter) {
    const std::string_view number(reinterpret_cast<const char*>(&counter), 1);
    block = hmac_sha256(pseudorandom_key.view(), {previous, info, number});
    previous = block.view();
    output += previous;
  }
  OPENSSL_cleanse(pseudorandom_key.bytes.data(), pseudorandom_key.bytes.size());
  OPENSSL_cleanse(block.bytes.data(), block.bytes.size());
  if (output.size() > length) OPENSSL_cleanse(output.data() + length, output.size() - length);
  output.resize(length);
  return output;
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string SystemEntropy::bytes(std::size_t count) {
  LP_ASSERT(count <= INT_MAX);
  std::string out(count, '\0');
  auto* begin = reinterpret_cast<unsigned char*>(out.data());
  LP_ASSERT(RAND_bytes(begin, static_cast<int>(count)) == 1);
  return out;
}

}  // namespace lp::crypto
