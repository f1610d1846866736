#include "crypto/p256.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/c_handle.h"
#include "crypto/hash.h"

namespace lp::crypto {
namespace {

using Key = CHandle<EVP_PKEY, EVP_PKEY_free>;
using KeyContext = CHandle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using Number = CHandle<BIGNUM, BN_clear_free>;
using Arithmetic = CHandle<BN_CTX, BN_CTX_free>;
using Signature = CHandle<ECDSA_SIG, ECDSA_SIG_free>;

constexpr std::size_t scalar_bytes = 32;
constexpr std::size_t point_bytes = 65;

using namespace std::string_view_literals;

// SubjectPublicKeyInfo of id-ecPublicKey over prime256v1 up to and including the 0x04 of an
// uncompressed point (RFC 5480 §2); X and Y follow.
constexpr std::string_view spki_head =
    "\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
    "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00\x04"sv;
constexpr std::size_t spki_bytes = spki_head.size() + 2 * scalar_bytes;
static_assert(spki_bytes == 91);

// Half the group order, rounded down: the largest s that is low.
constexpr std::string_view half_order =
    "\x7f\xff\xff\xff\x80\x00\x00\x00\x7f\xff\xff\xff\xff\xff\xff\xff"
    "\xde\x73\x7d\x56\xd3\x8b\xcf\x42\x79\xdc\xe5\x61\x7e\x31\x92\xa8"sv;
static_assert(half_order.size() == scalar_bytes);

const unsigned char* data_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

unsigned char* data_of(std::string& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

const EC_GROUP* group() {
  static const CHandle<EC_GROUP, EC_GROUP_free> curve(
      EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  LP_ASSERT(curve != nullptr);
  return curve.get();
}

// From the uncompressed point, with the private scalar or without; null if OpenSSL refuses it.
Key make_key(std::string_view point, const BIGNUM* scalar) {
  const CHandle<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
  LP_ASSERT(builder != nullptr);
  LP_ASSERT(OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME,
                                            SN_X9_62_prime256v1, 0) == 1);
  LP_ASSERT(OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                             point.size()) == 1);
  if (scalar != nullptr) {
    LP_ASSERT(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, scalar) == 1);
  }
  const CHandle<OSSL_PARAM, OSSL_PARAM_free> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  LP_ASSERT(parameters && context && EVP_PKEY_fromdata_init(context.get()) == 1);
  EVP_PKEY* key = nullptr;
  const int selection = scalar != nullptr ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
  if (EVP_PKEY_fromdata(context.get(), &key, selection, parameters.get()) != 1) return nullptr;
  return Key(key);
}

// The uncompressed point scalar × G.
std::string point_of(const BIGNUM* scalar) {
  const CHandle<EC_POINT, EC_POINT_free> point(EC_POINT_new(group()));
  LP_ASSERT(point && EC_POINT_mul(group(), point.get(), scalar, nullptr, nullptr, nullptr) == 1);
  std::string bytes(point_bytes, '\0');
  LP_ASSERT(EC_POINT_point2oct(group(), point.get(), POINT_CONVERSION_UNCOMPRESSED, data_of(bytes),
                               bytes.size(), nullptr) == point_bytes);
  return bytes;
}

// One DER INTEGER at the front of `der`: positive, minimal, at most 32 bytes. It is cut off `der`
// and given left-padded with zeros; nothing for anything else, zero included.
std::optional<std::string> take_scalar(std::string_view& der) {
  if (der.size() < 2 || der[0] != '\x02') return std::nullopt;
  const auto length = static_cast<std::size_t>(static_cast<unsigned char>(der[1]));
  if (length == 0 || length > scalar_bytes + 1 || der.size() < 2 + length) return std::nullopt;
  std::string_view value = der.substr(2, length);
  der.remove_prefix(2 + length);
  const auto top_bit = [](char c) { return (static_cast<unsigned char>(c) & 0x80) != 0; };
  if (top_bit(value[0])) return std::nullopt;  // negative
  if (value[0] == 0) {
    // A leading zero only where the next bit would make the number negative.
    if (length == 1 || !top_bit(value[1])) return std::nullopt;
    value.remove_prefix(1);
  }
  if (value.size() > scalar_bytes) return std::nullopt;
  return std::string(scalar_bytes - value.size(), '\0') + std::string(value);
}

// s of a strictly DER-encoded signature, 32 bytes; nothing if it is no such thing.
std::optional<std::string> s_of(std::string_view der) {
  if (der.size() < 2 || der[0] != '\x30') return std::nullopt;
  // Two scalars take at most 70 bytes, so the length is always in its short form.
  if (static_cast<unsigned char>(der[1]) != der.size() - 2) return std::nullopt;
  der.remove_prefix(2);
  if (!take_scalar(der)) return std::nullopt;
  std::optional<std::string> s = take_scalar(der);
  if (!der.empty()) return std::nullopt;
  return s;
}

// One DER INTEGER from 32 bytes, big-endian; nothing for zero, which is in no signature.
std::optional<std::string> der_scalar(std::string_view bytes) {
  bytes.remove_prefix(std::min(bytes.find_first_not_of('\0'), bytes.size()));
  if (bytes.empty()) return std::nullopt;
  const bool top_bit = (static_cast<unsigned char>(bytes.front()) & 0x80) != 0;
  std::string der = "\x02";
  der.push_back(static_cast<char>(bytes.size() + (top_bit ? 1 : 0)));
  if (top_bit) der.push_back('\0');
  return der.append(bytes);
}

// The same signature with the smaller of s and n - s.
std::string with_low_s(std::string_view der) {
  const unsigned char* in = data_of(der);
  const Signature signature(d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size())));
  LP_ASSERT(signature != nullptr);
  Number r(BN_dup(ECDSA_SIG_get0_r(signature.get())));
  Number s(BN_new());
  LP_ASSERT(r && s);
  LP_ASSERT(BN_sub(s.get(), EC_GROUP_get0_order(group()), ECDSA_SIG_get0_s(signature.get())) == 1);
  LP_ASSERT(ECDSA_SIG_set0(signature.get(), r.release(), s.release()) == 1);
  std::string twin(der.size() + 2, '\0');
  unsigned char* out = data_of(twin);
  const int length = i2d_ECDSA_SIG(signature.get(), &out);
  LP_ASSERT(length > 0 && static_cast<std::size_t>(length) <= twin.size());
  twin.resize(static_cast<std::size_t>(length));
  return twin;
}

}  // namespace

struct P256Key::Handle {
  Key key;
  KeyContext signing;  // prepared once; a signature works on a copy, so threads may share a key

  static P256Key of(const BIGNUM* scalar) {
    const std::string point = point_of(scalar);
    Key key = make_key(point, scalar);
    LP_ASSERT(key != nullptr);
    std::string spki(spki_head);
    spki.append(point, 1);  // the head has the 0x04 already
    KeyContext signing(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
    LP_ASSERT(signing && EVP_PKEY_sign_init(signing.get()) == 1);
    return P256Key(std::make_unique<Handle>(Handle{std::move(key), std::move(signing)}),
                   std::move(spki));
  }
};

P256Key::P256Key(std::unique_ptr<Handle> handle, std::string spki)
    : handle_(std::move(handle)), spki_(std::move(spki)) {}
P256Key::P256Key(P256Key&&) noexcept = default;
P256Key& P256Key::operator=(P256Key&&) noexcept = default;
P256Key::~P256Key() = default;

P256Key P256Key::generate() {
  const Secret uniform(SystemEntropy().bytes(48));
  return from_uniform(uniform.reveal());
}

P256Key P256Key::from_uniform(std::string_view bytes48) {
  LP_ASSERT(bytes48.size() == 48);
  const Number scalar(BN_bin2bn(data_of(bytes48), static_cast<int>(bytes48.size()), nullptr));
  const Number order_less_one(BN_dup(EC_GROUP_get0_order(group())));
  const Arithmetic arithmetic(BN_CTX_secure_new());
  LP_ASSERT(scalar && order_less_one && arithmetic);
  BN_set_flags(scalar.get(), BN_FLG_CONSTTIME);
  LP_ASSERT(BN_sub_word(order_less_one.get(), 1) == 1);
  LP_ASSERT(BN_nnmod(scalar.get(), scalar.get(), order_less_one.get(), arithmetic.get()) == 1);
  LP_ASSERT(BN_add_word(scalar.get(), 1) == 1);
  return Handle::of(scalar.get());
}

std::optional<P256Key> P256Key::from_pkcs8(std::string_view der) {
  const unsigned char* in = data_of(der);
  const CHandle<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free> info(
      d2i_PKCS8_PRIV_KEY_INFO(nullptr, &in, static_cast<long>(der.size())));
  if (!info || in != data_of(der) + der.size()) return std::nullopt;
  const Key key(EVP_PKCS82PKEY(info.get()));
  if (!key || EVP_PKEY_is_a(key.get(), "EC") != 1) return std::nullopt;
  std::array<char, 32> name{};
  if (EVP_PKEY_get_group_name(key.get(), name.data(), name.size(), nullptr) != 1 ||
      std::string_view(name.data()) != SN_X9_62_prime256v1) {
    return std::nullopt;
  }
  const KeyContext checking(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  // Scalar in range, point on the curve, and the one is the other times the generator.
  if (!checking || EVP_PKEY_check(checking.get()) != 1) return std::nullopt;
  BIGNUM* scalar = nullptr;
  if (EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_PRIV_KEY, &scalar) != 1) return std::nullopt;
  const Number owned(scalar);
  return Handle::of(owned.get());
}

std::string P256Key::sign(std::string_view message) const {
  const Digest digest = sha256(message);
  const KeyContext context(EVP_PKEY_CTX_dup(handle_->signing.get()));
  LP_ASSERT(context != nullptr);
  std::string der(80, '\0');
  std::size_t length = der.size();
  LP_ASSERT(EVP_PKEY_sign(context.get(), data_of(der), &length, digest.bytes.data(),
                          digest.bytes.size()) == 1);
  der.resize(length);
  const std::optional<std::string> s = s_of(der);
  LP_ASSERT(s.has_value());
  return *s > half_order ? with_low_s(der) : der;
}

Secret P256Key::pkcs8() const {
  const CHandle<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free> info(
      EVP_PKEY2PKCS8(handle_->key.get()));
  LP_ASSERT(info != nullptr);
  unsigned char* der = nullptr;
  const int length = i2d_PKCS8_PRIV_KEY_INFO(info.get(), &der);
  LP_ASSERT(length > 0);
  Secret secret(std::string(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length)));
  OPENSSL_clear_free(der, static_cast<std::size_t>(length));
  return secret;
}

std::optional<Secret> P256Key::agree(std::string_view point) const {
  // OpenSSL takes compressed and hybrid forms too; a key has one encoding here.
  if (point.size() != point_bytes || point.front() != '\x04') return std::nullopt;
  const Key peer = make_key(point, nullptr);
  if (!peer) return std::nullopt;
  const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, handle_->key.get(), nullptr));
  LP_ASSERT(context && EVP_PKEY_derive_init(context.get()) == 1);
  // Checks that the point is on the curve and is not the neutral one.
  if (EVP_PKEY_derive_set_peer_ex(context.get(), peer.get(), 1) != 1) return std::nullopt;
  std::string shared(scalar_bytes, '\0');
  std::size_t length = shared.size();
  LP_ASSERT(EVP_PKEY_derive(context.get(), data_of(shared), &length) == 1);
  LP_ASSERT(length == scalar_bytes);
  Secret secret(shared);
  wipe(shared);
  return secret;
}

std::string_view P256Key::point() const {
  return std::string_view(spki_).substr(spki_bytes - point_bytes);
}

struct P256PublicKey::Handle {
  Key key;
  KeyContext verifying;  // as P256Key::Handle::signing
};

P256PublicKey::P256PublicKey(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
P256PublicKey::P256PublicKey(P256PublicKey&&) noexcept = default;
P256PublicKey& P256PublicKey::operator=(P256PublicKey&&) noexcept = default;
P256PublicKey::~P256PublicKey() = default;

std::optional<P256PublicKey> P256PublicKey::from_spki(std::string_view spki) {
  if (spki.size() != spki_bytes || !spki.starts_with(spki_head)) return std::nullopt;
  Key key = make_key(spki.substr(spki_bytes - point_bytes), nullptr);
  if (!key) return std::nullopt;
  KeyContext verifying(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  LP_ASSERT(verifying && EVP_PKEY_verify_init(verifying.get()) == 1);
  return P256PublicKey(std::make_unique<Handle>(Handle{std::move(key), std::move(verifying)}));
}

bool P256PublicKey::verify(std::string_view message, std::string_view der_signature,
                           bool require_low_s) const {
  return verify_digest(sha256(message), der_signature, require_low_s);
}

bool P256PublicKey::verify_digest(const Digest& sha256_of_message, std::string_view der_signature,
                                  bool require_low_s) const {
  const std::optional<std::string> s = s_of(der_signature);
  if (!s) return false;
  if (require_low_s && *s > half_order) return false;
  const KeyContext context(EVP_PKEY_CTX_dup(handle_->verifying.get()));
  LP_ASSERT(context != nullptr);
  return EVP_PKEY_verify(context.get(), data_of(der_signature), der_signature.size(),
                         sha256_of_message.bytes.data(), sha256_of_message.bytes.size()) == 1;
}

std::optional<std::string> p256_raw_signature(std::string_view der) {
  if (!s_of(der)) return std::nullopt;
  der.remove_prefix(2);
  const std::optional<std::string> r = take_scalar(der), s = take_scalar(der);
  return *r + *s;
}

std::optional<std::string> p256_der_signature(std::string_view raw64) {
  if (raw64.size() != 2 * scalar_bytes) return std::nullopt;
  const auto r = der_scalar(raw64.substr(0, scalar_bytes));
  const auto s = der_scalar(raw64.substr(scalar_bytes));
  if (!r || !s) return std::nullopt;
  std::string der = "\x30";
  der.push_back(static_cast<char>(r->size() + s->size()));
  return der + *r + *s;
}

namespace {

// The key of this SPKI; null for what is none. A thread keeps the last few that it was given: to
// read one takes as long as to check a signature, and most signatures that follow each other are of
// the same few keys.
const P256PublicKey* known_key(std::string_view spki) {
  constexpr std::size_t keys_max = 8;
  struct Known {
    std::string spki;
    P256PublicKey key;
  };
  thread_local std::vector<Known> keys;  // the newest last
  const auto found = std::ranges::find(keys, spki, &Known::spki);
  if (found != keys.end()) {
    std::rotate(found, found + 1, keys.end());
    return &keys.back().key;
  }
  auto key = P256PublicKey::from_spki(spki);
  if (!key) return nullptr;
  if (keys.size() == keys_max) keys.erase(keys.begin());
  keys.push_back({std::string(spki), *std::move(key)});
  return &keys.back().key;
}

}  // namespace

bool p256_verify(std::string_view spki, std::string_view message, std::string_view der_signature,
                 bool require_low_s) {
  const P256PublicKey* const key = known_key(spki);
  return key != nullptr && key->verify(message, der_signature, require_low_s);
}

}  // namespace lp::crypto
