#include "crypto/timestamp.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/ts.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <array>
#include <ctime>

#include "base/c_handle.h"

namespace lp::crypto {
namespace {

using Token = CHandle<PKCS7, PKCS7_free>;
using Info = CHandle<TS_TST_INFO, TS_TST_INFO_free>;
using Store = CHandle<X509_STORE, X509_STORE_free>;
using Certificate = CHandle<X509, X509_free>;
using Verifying = CHandle<TS_VERIFY_CTX, TS_VERIFY_CTX_free>;
using Bio = CHandle<BIO, BIO_free>;

struct Read {
  Token token;
  Info info;
};

std::optional<Read> read(std::string_view bytes) {
  const auto* const begin = reinterpret_cast<const unsigned char*>(bytes.data());
  const unsigned char* at = begin;
  Token token(d2i_PKCS7(nullptr, &at, static_cast<long>(bytes.size())));
  if (!token || at != begin + bytes.size()) return std::nullopt;
  if (PKCS7_type_is_signed(token.get()) != 1 || PKCS7_get_detached(token.get()) != 0) {
    return std::nullopt;
  }
  Info info(PKCS7_to_TS_TST_INFO(token.get()));
  if (!info) return std::nullopt;
  return Read{std::move(token), std::move(info)};
}

// Whether what was signed is said to be a time stamp, and not only looks like one.
bool signs_a_timestamp(PKCS7* token) {
  STACK_OF(PKCS7_SIGNER_INFO)* const signers = PKCS7_get_signer_info(token);
  if (signers == nullptr || sk_PKCS7_SIGNER_INFO_num(signers) != 1) return false;
  const ASN1_TYPE* const type =
      PKCS7_get_signed_attribute(sk_PKCS7_SIGNER_INFO_value(signers, 0), NID_pkcs9_contentType);
  return type != nullptr && type->type == V_ASN1_OBJECT &&
         OBJ_obj2nid(type->value.object) == NID_id_smime_ct_TSTInfo;
}

// Digests that nobody finds two messages for.
const EVP_MD* digest_of(const X509_ALGOR* algorithm) {
  const ASN1_OBJECT* name = nullptr;
  X509_ALGOR_get0(&name, nullptr, nullptr, algorithm);
  switch (OBJ_obj2nid(name)) {
    case NID_sha256:
      return EVP_sha256();
    case NID_sha384:
      return EVP_sha384();
    case NID_sha512:
      return EVP_sha512();
    default:
      return nullptr;
  }
}

bool is_over(TS_TST_INFO* info, std::string_view message) {
  TS_MSG_IMPRINT* const imprint = TS_TST_INFO_get_msg_imprint(info);
  if (imprint == nullptr) return false;
  const EVP_MD* const digest = digest_of(TS_MSG_IMPRINT_get_algo(imprint));
  const ASN1_OCTET_STRING* const named = TS_MSG_IMPRINT_get_msg(imprint);
  if (digest == nullptr || named == nullptr) return false;
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned length = 0;
  if (EVP_Digest(message.data(), message.size(), hash.data(), &length, digest, nullptr) != 1) {
    return false;
  }
  const std::string_view expected(reinterpret_cast<const char*>(hash.data()), length);
  const std::string_view found(reinterpret_cast<const char*>(ASN1_STRING_get0_data(named)),
                               static_cast<std::size_t>(ASN1_STRING_length(named)));
  return expected == found;
}

// Fractions of a second are dropped: a stamp is at most made to look a second older.
std::optional<Instant> time_of(const TS_TST_INFO* info) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(TS_TST_INFO_get_time(info), &parts) != 1) return std::nullopt;
  return Instant{static_cast<std::int64_t>(timegm(&parts)) * 1'000};
}

Store store_of(const std::vector<std::string>& roots, Instant at) {
  Store store(X509_STORE_new());
  if (!store) return nullptr;
  for (const std::string& root : roots) {
    const Bio pem(BIO_new_mem_buf(root.data(), static_cast<int>(root.size())));
    const Certificate certificate(pem ? PEM_read_bio_X509(pem.get(), nullptr, nullptr, nullptr)
                                      : nullptr);
    if (!certificate || X509_STORE_add_cert(store.get(), certificate.get()) != 1) return nullptr;
  }
  X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store.get()), at.ms / 1'000);
  return store;
}

}  // namespace

std::optional<Instant> claimed_timestamp(std::string_view token, std::string_view message) {
  const auto stamp = read(token);
  const bool over = stamp && is_over(stamp->info.get(), message);
  ERR_clear_error();
  if (!over) return std::nullopt;
  return time_of(stamp->info.get());
}

bool verify_timestamp(std::string_view token, std::string_view message,
                      const std::vector<std::string>& roots) {
  const auto at = claimed_timestamp(token, message);
  const auto stamp = at ? read(token) : std::nullopt;
  const bool fits = stamp && signs_a_timestamp(stamp->token.get());
  Store store = fits ? store_of(roots, *at) : nullptr;
  const Verifying verifying(store ? TS_VERIFY_CTX_new() : nullptr);
  bool verified = false;
  if (verifying) {
    // The imprint was compared above; OpenSSL would take any digest for it.
    TS_VERIFY_CTX_set_flags(verifying.get(), TS_VFY_VERSION | TS_VFY_SIGNATURE);
    TS_VERIFY_CTX_set_store(verifying.get(), store.release());
    verified = TS_RESP_verify_token(verifying.get(), stamp->token.get()) == 1;
  }
  ERR_clear_error();
  return verified;
}

}  // namespace lp::crypto
