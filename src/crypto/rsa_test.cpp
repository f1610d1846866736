#include "crypto/rsa.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "base/assert.h"
#include "base/c_handle.h"
#include "crypto/hash.h"

namespace lp::crypto {
namespace {

using Pair = CHandle<EVP_PKEY, EVP_PKEY_free>;
using Number = CHandle<BIGNUM, BN_free>;

Pair pair_of(unsigned bits) {
  return Pair(EVP_RSA_gen(bits));
}

std::string part(const Pair& pair, const char* name) {
  BIGNUM* raw = nullptr;
  LP_ASSERT(EVP_PKEY_get_bn_param(pair.get(), name, &raw) == 1);
  const Number number(raw);
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(number.get())), '\0');
  BN_bn2bin(number.get(), reinterpret_cast<unsigned char*>(bytes.data()));
  return bytes;
}

std::optional<RsaPublicKey> public_of(const Pair& pair) {
  return RsaPublicKey::from_parts(part(pair, "n"), part(pair, "e"));
}

std::string sign(const Pair& pair, std::string_view message, int padding, int salt) {
  const CHandle<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(
      EVP_PKEY_CTX_new_from_pkey(nullptr, pair.get(), nullptr));
  LP_ASSERT(EVP_PKEY_sign_init(context.get()) == 1);
  LP_ASSERT(EVP_PKEY_CTX_set_rsa_padding(context.get(), padding) == 1);
  LP_ASSERT(EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1);
  if (padding == RSA_PKCS1_PSS_PADDING) {
    LP_ASSERT(EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), salt) == 1);
  }
  const Digest digest = sha256(message);
  std::size_t length = static_cast<std::size_t>(EVP_PKEY_get_size(pair.get()));
  std::string signature(length, '\0');
  LP_ASSERT(EVP_PKEY_sign(context.get(), reinterpret_cast<unsigned char*>(signature.data()),
                          &length, digest.bytes.data(), digest.bytes.size()) == 1);
  signature.resize(length);
  return signature;
}

TEST(Rsa, TakesBothFormsOfASignatureAndNeitherForTheOther) {
  const Pair pair = pair_of(2'048);
  const auto key = public_of(pair);
  ASSERT_TRUE(key);
  const std::string pkcs1 = sign(pair, "message", RSA_PKCS1_PADDING, 0);
  const std::string pss = sign(pair, "message", RSA_PKCS1_PSS_PADDING, RSA_PSS_SALTLEN_DIGEST);
  EXPECT_TRUE(key->verify_pkcs1("message", pkcs1));
  EXPECT_TRUE(key->verify_pss("message", pss));
  EXPECT_FALSE(key->verify_pkcs1("message", pss));
  EXPECT_FALSE(key->verify_pss("message", pkcs1));
}

TEST(Rsa, RefusesAnotherMessageAnotherKeyAndAnotherLength) {
  const Pair pair = pair_of(2'048);
  const auto key = public_of(pair), other = public_of(pair_of(2'048));
  std::string signature = sign(pair, "message", RSA_PKCS1_PADDING, 0);
  EXPECT_FALSE(key->verify_pkcs1("massage", signature));
  EXPECT_FALSE(other->verify_pkcs1("message", signature));
  EXPECT_FALSE(key->verify_pkcs1("message", ""));
  EXPECT_FALSE(key->verify_pkcs1("message", std::string("\0", 1) + signature));
  EXPECT_FALSE(key->verify_pkcs1("message", signature.substr(1)));
  signature.back() = static_cast<char>(signature.back() ^ 1);
  EXPECT_FALSE(key->verify_pkcs1("message", signature));
}

TEST(Rsa, RefusesASaltOfAnotherLengthThanTheDigest) {
  const Pair pair = pair_of(2'048);
  const auto key = public_of(pair);
  for (const int salt : {0, 20, RSA_PSS_SALTLEN_MAX}) {
    EXPECT_FALSE(key->verify_pss("message", sign(pair, "message", RSA_PKCS1_PSS_PADDING, salt)));
  }
}

TEST(Rsa, TakesNoKeyThatIsWeakOrStrangelyMade) {
  const Pair weak = pair_of(1'024);
  EXPECT_FALSE(public_of(weak));
  const Pair pair = pair_of(2'048);
  const std::string n = part(pair, "n"), e = part(pair, "e");
  std::string even = n;
  even.back() = static_cast<char>(even.back() & ~1);
  EXPECT_FALSE(RsaPublicKey::from_parts(even, e));
  EXPECT_FALSE(RsaPublicKey::from_parts(std::string("\0", 1) + n, e));
  EXPECT_FALSE(RsaPublicKey::from_parts(n, ""));
  EXPECT_FALSE(RsaPublicKey::from_parts(n, "\x01"));
  EXPECT_FALSE(RsaPublicKey::from_parts(n, "\x02"));
  EXPECT_FALSE(RsaPublicKey::from_parts(n, "\x01\x01\x01\x01\x01"));
  EXPECT_FALSE(RsaPublicKey::from_parts(std::string(1'025, '\xff'), e));
  EXPECT_TRUE(RsaPublicKey::from_parts(n, "\x03"));
}

}  // namespace
}  // namespace lp::crypto
