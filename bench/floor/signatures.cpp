#include "signatures.h"

#include <openssl/evp.h>

#include "base/assert.h"
#include "base/c_handle.h"

namespace lp::bench {
namespace {

using Key = CHandle<EVP_PKEY, EVP_PKEY_free>;
using KeyContext = CHandle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using DigestContext = CHandle<EVP_MD_CTX, EVP_MD_CTX_free>;

unsigned char* data_of(std::string& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

const unsigned char* data_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

struct Signatures::Contexts {
  CHandle<EVP_MD, EVP_MD_free> sha256;
  DigestContext hashing, checkpointing, checking;
  Key issuer, log;
  KeyContext signing, verifying;
  Sha256 known{};
  std::string known_signature;
};

Signatures::Signatures() : contexts_(std::make_unique<Contexts>()) {
  Contexts& all = *contexts_;
  all.sha256.reset(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  all.hashing.reset(EVP_MD_CTX_new());
  all.checkpointing.reset(EVP_MD_CTX_new());
  all.checking.reset(EVP_MD_CTX_new());
  LP_ASSERT(all.sha256 && all.hashing && all.checkpointing && all.checking);
  LP_ASSERT(EVP_DigestInit_ex(all.hashing.get(), all.sha256.get(), nullptr) == 1);
  all.issuer.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  all.log.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  LP_ASSERT(all.issuer && all.log);
  all.signing.reset(EVP_PKEY_CTX_new_from_pkey(nullptr, all.issuer.get(), nullptr));
  all.verifying.reset(EVP_PKEY_CTX_new_from_pkey(nullptr, all.issuer.get(), nullptr));
  LP_ASSERT(all.signing && EVP_PKEY_sign_init(all.signing.get()) == 1);
  LP_ASSERT(all.verifying && EVP_PKEY_verify_init(all.verifying.get()) == 1);
  all.known = digest("what was signed once");
  all.known_signature = sign(all.known);
}

Signatures::~Signatures() = default;

Sha256 Signatures::digest(std::string_view bytes) {
  EVP_MD_CTX* context = contexts_->hashing.get();
  Sha256 digest;
  LP_ASSERT(EVP_DigestInit_ex(context, nullptr, nullptr) == 1 &&
            EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1 &&
            EVP_DigestFinal_ex(context, digest.data(), nullptr) == 1);
  return digest;
}

std::string Signatures::sign(const Sha256& digest) {
  std::string der(80, '\0');
  std::size_t length = der.size();
  LP_ASSERT(EVP_PKEY_sign(contexts_->signing.get(), data_of(der), &length, digest.data(),
                          digest.size()) == 1);
  der.resize(length);
  return der;
}

void Signatures::verify() {
  const std::string& der = contexts_->known_signature;
  LP_ASSERT(EVP_PKEY_verify(contexts_->verifying.get(), data_of(std::string_view(der)), der.size(),
                            contexts_->known.data(), contexts_->known.size()) == 1);
}

std::string Signatures::sign_checkpoint(std::string_view message) {
  EVP_MD_CTX* context = contexts_->checkpointing.get();
  std::string signature(64, '\0');
  std::size_t length = signature.size();
  LP_ASSERT(EVP_DigestSignInit(context, nullptr, nullptr, nullptr, contexts_->log.get()) == 1);
  LP_ASSERT(
      EVP_DigestSign(context, data_of(signature), &length, data_of(message), message.size()) == 1);
  return signature;
}

bool Signatures::verify_checkpoint(std::string_view message, std::string_view signature) {
  EVP_MD_CTX* context = contexts_->checking.get();
  LP_ASSERT(EVP_DigestVerifyInit(context, nullptr, nullptr, nullptr, contexts_->log.get()) == 1);
  return EVP_DigestVerify(context, data_of(signature), signature.size(), data_of(message),
                          message.size()) == 1;
}

}  // namespace lp::bench
