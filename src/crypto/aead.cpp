#include "crypto/aead.h"

#include <openssl/evp.h>

#include <climits>

#include "base/assert.h"
#include "base/c_handle.h"
#include "base/secret.h"

namespace lp::crypto {
namespace {

constexpr std::size_t small_key_bytes = 16;

using CipherContext = CHandle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;

const EVP_CIPHER* cipher() {
  static const CHandle<EVP_CIPHER, EVP_CIPHER_free> fetched(
      EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr));
  LP_ASSERT(fetched != nullptr);
  return fetched.get();
}

const EVP_CIPHER* small_cipher() {
  static const CHandle<EVP_CIPHER, EVP_CIPHER_free> fetched(
      EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr));
  LP_ASSERT(fetched != nullptr);
  return fetched.get();
}

const unsigned char* data_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

unsigned char* data_of(std::string& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

std::string seal(const EVP_CIPHER* with, std::string_view key, std::string_view iv,
                 std::string_view plaintext, std::string_view additional_data) {
  LP_ASSERT(iv.size() == aead_iv_bytes);
  LP_ASSERT(plaintext.size() <= INT_MAX && additional_data.size() <= INT_MAX);
  const CipherContext context(EVP_CIPHER_CTX_new());
  LP_ASSERT(context != nullptr);
  EVP_CIPHER_CTX* c = context.get();
  std::string sealed(plaintext.size() + aead_tag_bytes, '\0');
  unsigned char* out = data_of(sealed);
  int count = 0;
  LP_ASSERT(EVP_EncryptInit_ex2(c, with, data_of(key), data_of(iv), nullptr) == 1);
  if (!additional_data.empty()) {
    LP_ASSERT(EVP_EncryptUpdate(c, nullptr, &count, data_of(additional_data),
                                static_cast<int>(additional_data.size())) == 1);
  }
  if (!plaintext.empty()) {
    LP_ASSERT(EVP_EncryptUpdate(c, out, &count, data_of(plaintext),
                                static_cast<int>(plaintext.size())) == 1);
  }
  LP_ASSERT(EVP_EncryptFinal_ex(c, out + plaintext.size(), &count) == 1);
  LP_ASSERT(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(aead_tag_bytes),
                                out + plaintext.size()) == 1);
  return sealed;
}

}  // namespace

std::string aes_256_gcm_seal(std::string_view key, std::string_view iv, std::string_view plaintext,
                             std::string_view additional_data) {
  LP_ASSERT(key.size() == aead_key_bytes);
  return seal(cipher(), key, iv, plaintext, additional_data);
}

std::string aes_128_gcm_seal(std::string_view key, std::string_view iv,
                             std::string_view plaintext) {
  LP_ASSERT(key.size() == small_key_bytes);
  return seal(small_cipher(), key, iv, plaintext, {});
}

std::optional<std::string> aes_256_gcm_open(std::string_view key, std::string_view iv,
                                            std::string_view ciphertext_and_tag,
                                            std::string_view additional_data) {
  if (key.size() != aead_key_bytes || iv.size() != aead_iv_bytes) return std::nullopt;
  if (ciphertext_and_tag.size() < aead_tag_bytes) return std::nullopt;
  if (ciphertext_and_tag.size() > INT_MAX || additional_data.size() > INT_MAX) return std::nullopt;
  const std::string_view ciphertext =
      ciphertext_and_tag.substr(0, ciphertext_and_tag.size() - aead_tag_bytes);
  std::string tag(ciphertext_and_tag.substr(ciphertext.size()));

  const CipherContext context(EVP_CIPHER_CTX_new());
  LP_ASSERT(context != nullptr);
  EVP_CIPHER_CTX* c = context.get();
  std::string plaintext(ciphertext.size(), '\0');
  int count = 0;
  LP_ASSERT(EVP_DecryptInit_ex2(c, cipher(), data_of(key), data_of(iv), nullptr) == 1);
  if (!additional_data.empty()) {
    LP_ASSERT(EVP_DecryptUpdate(c, nullptr, &count, data_of(additional_data),
                                static_cast<int>(additional_data.size())) == 1);
  }
  if (!ciphertext.empty()) {
    LP_ASSERT(EVP_DecryptUpdate(c, data_of(plaintext), &count, data_of(ciphertext),
                                static_cast<int>(ciphertext.size())) == 1);
  }
  LP_ASSERT(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(aead_tag_bytes),
                                tag.data()) == 1);
  unsigned char end = 0;
  if (EVP_DecryptFinal_ex(c, &end, &count) != 1) {
    wipe(plaintext);  // unverified: nobody may see it
    return std::nullopt;
  }
  return plaintext;
}

}  // namespace lp::crypto
