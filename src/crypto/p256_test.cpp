#include "crypto/p256.h"

#include <gtest/gtest.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <thread>
#include <vector>

#include "base/c_handle.h"
#include "base/testing.h"
#include "base/text.h"
#include "crypto/hash.h"

namespace lp::crypto {
namespace {

using EvpKey = CHandle<EVP_PKEY, EVP_PKEY_free>;
using EvpContext = CHandle<EVP_MD_CTX, EVP_MD_CTX_free>;

constexpr std::string_view order =
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
// A key with d = 0x1234, written by another implementation.
constexpr std::string_view pkcs8_1234 =
    "308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b020101042000"
    "0000000000000000000000"
    "0000000000000000000000000000000000001234a14403420004ed5784a75391dc43adcd42"
    "dbc4c938e80690c75b3f43"
    "09049d5076692f8dafe97ed5e8b3d94dd41f677d0e25f6ea5b332495bbdb74923eabbe9e7d"
    "2c1d09a08a";
constexpr std::string_view spki_head = "3059301306072a8648ce3d020106082a8648ce3d030107034200";
constexpr std::string_view point_1234 =
    "04ed5784a75391dc43adcd42dbc4c938e80690c75b3f4309049d5076692f8dafe9"
    "7ed5e8b3d94dd41f677d0e25f6ea5b332495bbdb74923eabbe9e7d2c1d09a08a";

std::string bytes_of(std::string_view text) {
  return from_hex(text).value();
}

std::string joined(std::string_view a, std::string_view b) {
  return std::string(a).append(b);
}

const unsigned char* data_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

P256Key test_key() {
  return P256Key::from_uniform(SeededEntropy(4).bytes(48));
}

bool openssl_verifies(std::string_view spki, std::string_view message, std::string_view signature) {
  const unsigned char* in = data_of(spki);
  const EvpKey key(d2i_PUBKEY(nullptr, &in, static_cast<long>(spki.size())));
  const EvpContext context(EVP_MD_CTX_new());
  EXPECT_EQ(EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()), 1);
  return EVP_DigestVerify(context.get(), data_of(signature), signature.size(), data_of(message),
                          message.size()) == 1;
}

std::string openssl_signs(const P256Key& signer, std::string_view message) {
  const Secret der = signer.pkcs8();
  const unsigned char* in = data_of(der.reveal());
  const EvpKey key(d2i_AutoPrivateKey(nullptr, &in, static_cast<long>(der.reveal().size())));
  const EvpContext context(EVP_MD_CTX_new());
  EXPECT_EQ(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()), 1);
  std::string signature(80, '\0');
  std::size_t length = signature.size();
  EXPECT_EQ(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()),
                           &length, data_of(message), message.size()),
            1);
  signature.resize(length);
  return signature;
}

// The other valid signature with the same r: s becomes n - s.
std::string twin_of(std::string_view signature) {
  const unsigned char* in = data_of(signature);
  const CHandle<ECDSA_SIG, ECDSA_SIG_free> parsed(
      d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(signature.size())));
  BIGNUM* s = nullptr;
  EXPECT_NE(BN_hex2bn(&s, std::string(order).c_str()), 0);
  EXPECT_EQ(BN_sub(s, s, ECDSA_SIG_get0_s(parsed.get())), 1);
  EXPECT_EQ(ECDSA_SIG_set0(parsed.get(), BN_dup(ECDSA_SIG_get0_r(parsed.get())), s), 1);
  std::string twin(80, '\0');
  auto* out = reinterpret_cast<unsigned char*>(twin.data());
  twin.resize(static_cast<std::size_t>(i2d_ECDSA_SIG(parsed.get(), &out)));
  return twin;
}

TEST(P256, VerifiesWhatOnlyTheHashIsKnownOf) {
  const P256Key key = P256Key::generate();
  const auto known = P256PublicKey::from_spki(key.spki());
  const std::string signature = key.sign("message");
  EXPECT_TRUE(known->verify_digest(sha256("message"), signature));
  EXPECT_FALSE(known->verify_digest(sha256("another"), signature));
  EXPECT_FALSE(known->verify_digest(sha256("message"), "no signature"));
}

TEST(P256Key, FromUniformIsDeterministicAndReducedAsFipsSays) {
  std::string counting;
  for (int i = 0; i < 48; ++i) counting += static_cast<char>(i);
  EXPECT_EQ(hex(P256Key::from_uniform(counting).spki()),
            joined(spki_head,
                   "043306be3e4aad764674da3e995b0417c0d7c4a93cd7727988f8e8edf75f7c298f"
                   "4ac85b7d5d2bbea4cfad3cc2ba8bdf5cece54aa9d6bd2c4dc76b57645520064d"));
  // Zero becomes d = 1, whose point is the generator.
  EXPECT_EQ(hex(P256Key::from_uniform(std::string(48, '\0')).spki()),
            joined(spki_head,
                   "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
                   "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"));
  EXPECT_EQ(hex(P256Key::from_uniform(std::string(48, '\xff')).spki()),
            joined(spki_head,
                   "044b0bac526bd810f3663527e929ee8e2188d5070146396d862fb139cbf107568c"
                   "efa020c62d211153424929ffea5d1ad19fc3ea0fe3f0399039cdb5bcb434e195"));
  EXPECT_DEATH(P256Key::from_uniform(std::string(32, 'x')), "assertion failed");
}

TEST(P256Key, GeneratesADifferentKeyEachTime) {
  const P256Key a = P256Key::generate();
  EXPECT_NE(a.spki(), P256Key::generate().spki());
  EXPECT_TRUE(p256_verify(a.spki(), "m", a.sign("m")));
}

TEST(P256Key, SurvivesPkcs8) {
  const P256Key key = test_key();
  const auto again = P256Key::from_pkcs8(key.pkcs8().reveal());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->spki(), key.spki());
  EXPECT_TRUE(p256_verify(key.spki(), "m", again->sign("m")));
}

TEST(P256Key, ReadsPkcs8OfAnotherImplementation) {
  const auto key = P256Key::from_pkcs8(bytes_of(pkcs8_1234));
  ASSERT_TRUE(key);
  EXPECT_EQ(hex(key->spki()), joined(spki_head, point_1234));
}

TEST(P256Key, RefusesPkcs8ThatIsNoP256Key) {
  const std::string good = bytes_of(pkcs8_1234);
  EXPECT_FALSE(P256Key::from_pkcs8(""));
  EXPECT_FALSE(P256Key::from_pkcs8("not DER"));
  EXPECT_FALSE(P256Key::from_pkcs8(good + "0"));
  EXPECT_FALSE(P256Key::from_pkcs8(good.substr(0, good.size() - 1)));
  // An Ed25519 key, and one of P-384.
  EXPECT_FALSE(
      P256Key::from_pkcs8(bytes_of("302e020100300506032b657004220420") + std::string(32, '\0')));
  EXPECT_FALSE(
      P256Key::from_pkcs8(bytes_of("3081b6020100301006072a8648ce3d020106052b8104002204819e30819b020"
                                   "1010430000000000000000000000000"
                                   "000000000000000000000000000000000000000000000000000000000000000"
                                   "000000001a16403620004aa87ca22be"
                                   "8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25db"
                                   "f55296c3a545e3872760ab73617de4a"
                                   "96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1c"
                                   "e1d7e819d7a431d7c90ea0e5f")));
}

TEST(P256Key, RefusesAScalarThatIsNotThatOfItsPoint) {
  std::string other = bytes_of(pkcs8_1234);
  const std::size_t scalar_end = 36 + 32;
  ASSERT_EQ(hex(other.substr(scalar_end - 2, 2)), "1234");
  other[scalar_end - 1] = 0x35;
  EXPECT_FALSE(P256Key::from_pkcs8(other));
  // And zero or n, which are no scalars at all.
  other.replace(36, 32, std::string(32, '\0'));
  EXPECT_FALSE(P256Key::from_pkcs8(other));
  other.replace(36, 32, bytes_of(order));
  EXPECT_FALSE(P256Key::from_pkcs8(other));
}

TEST(P256, OpensslAndWeAcceptEachOthersSignatures) {
  const P256Key key = test_key();
  for (int i = 0; i < 32; ++i) {
    const std::string message(static_cast<std::size_t>(i), 'm');
    EXPECT_TRUE(openssl_verifies(key.spki(), message, key.sign(message)));
    EXPECT_TRUE(p256_verify(key.spki(), message, openssl_signs(key, message), false));
  }
}

TEST(P256, SignsLowAndRefusesTheHighTwinUnlessAskedNotTo) {
  const P256Key key = test_key();
  for (int i = 0; i < 32; ++i) {
    const std::string signature = key.sign("m");
    const std::string twin = twin_of(signature);
    EXPECT_TRUE(p256_verify(key.spki(), "m", signature));
    EXPECT_TRUE(openssl_verifies(key.spki(), "m", twin));
    EXPECT_FALSE(p256_verify(key.spki(), "m", twin));
    EXPECT_TRUE(p256_verify(key.spki(), "m", twin, false));
  }
}

TEST(P256, RefusesEveryFlippedBit) {
  const P256Key key = test_key();
  const auto verifier = P256PublicKey::from_spki(key.spki());
  ASSERT_TRUE(verifier);
  std::string message = "message";
  std::string signature = key.sign(message);
  ASSERT_TRUE(verifier->verify(message, signature));
  for (std::string* part : {&message, &signature}) {
    for (char& c : *part) {
      for (int bit = 0; bit < 8; ++bit) {
        c = static_cast<char>(c ^ (1 << bit));
        EXPECT_FALSE(verifier->verify(message, signature, false));
        c = static_cast<char>(c ^ (1 << bit));
      }
    }
  }
}

TEST(P256, RefusesSignaturesOfAnotherKey) {
  EXPECT_FALSE(p256_verify(test_key().spki(), "m", P256Key::generate().sign("m")));
}

// A DER sequence of the given contents, and an INTEGER of the given bytes as they are.
std::string sequence(const std::string& contents) {
  return std::string("\x30") + static_cast<char>(contents.size()) + contents;
}
std::string integer(const std::string& bytes) {
  return std::string("\x02") + static_cast<char>(bytes.size()) + bytes;
}

TEST(P256, RefusesEveryEncodingButDer) {
  const P256Key key = test_key();
  // A signature whose numbers both take 32 bytes without a leading zero, to be re-encoded.
  std::string r;
  std::string s;
  std::string good;
  for (;;) {
    good = key.sign("m");
    if (good.size() != 70) continue;  // 2 + 2 + 32 + 2 + 32
    r = good.substr(4, 32);
    s = good.substr(38, 32);
    if (good == sequence(integer(r) + integer(s))) break;
  }
  const std::string zero(1, '\0');
  ASSERT_TRUE(p256_verify(key.spki(), "m", good));
  const std::pair<const char*, std::string> bad[] = {
      {"empty", ""},
      {"a tag alone", "\x30"},
      {"no integers", sequence("")},
      {"one integer", sequence(integer(r))},
      {"trailing byte outside", good + "0"},
      {"trailing byte inside", sequence(integer(r) + integer(s) + "0")},
      {"truncated", good.substr(0, good.size() - 1)},
      {"long form of the length", "\x30\x81" + good.substr(1)},
      {"set instead of sequence", "\x31" + good.substr(1)},
      {"bit string instead of integer", sequence("\x03" + integer(r).substr(1) + integer(s))},
      {"needless zero before r", sequence(integer(zero + r) + integer(s))},
      {"needless zero before s", sequence(integer(r) + integer(zero + s))},
      {"r without bytes", sequence(integer("") + integer(s))},
      {"r zero", sequence(integer(zero) + integer(s))},
      {"s zero", sequence(integer(r) + integer(zero))},
      {"r negative", sequence(integer("\x80" + r.substr(1)) + integer(s))},
      {"r longer than 32 bytes", sequence(integer("\x01" + r) + integer(s))},
      {"r longer than 33 bytes", sequence(integer("\x01\x01" + r) + integer(s))},
      {"r = n", sequence(integer(zero + bytes_of(order)) + integer(s))},
      {"s = n", sequence(integer(r) + integer(zero + bytes_of(order)))},
      {"integer beyond the end", sequence(integer(r) + std::string("\x02\x21") + s)},
      {"integer without length", sequence(integer(r) + "\x02")},
      {"raw r and s as in JWS", r + s},
  };
  for (const auto& [what, signature] : bad) {
    EXPECT_FALSE(p256_verify(key.spki(), "m", signature, false)) << what;
  }
}

TEST(P256PublicKey, HasOneEncoding) {
  const std::string good = bytes_of(joined(spki_head, point_1234));
  ASSERT_TRUE(P256PublicKey::from_spki(good));
  EXPECT_FALSE(P256PublicKey::from_spki(""));
  EXPECT_FALSE(P256PublicKey::from_spki(good + "0"));
  EXPECT_FALSE(P256PublicKey::from_spki(good.substr(0, 90)));
  for (std::size_t i = 0; i < 27; ++i) {
    std::string other = good;
    other[i] = static_cast<char>(other[i] ^ 1);
    EXPECT_FALSE(P256PublicKey::from_spki(other)) << "byte " << i;
  }
  // The same point compressed, with a length that fits it.
  EXPECT_FALSE(P256PublicKey::from_spki(
      bytes_of("3039301306072a8648ce3d020106082a8648ce3d03010703220002"
               "ed5784a75391dc43adcd42dbc4c938e80690c75b3f4309049d5076692f8dafe9")));
}

TEST(P256PublicKey, MustBeAPointOfTheCurve) {
  std::string off = bytes_of(joined(spki_head, point_1234));
  off.back() = static_cast<char>(off.back() ^ 1);
  EXPECT_FALSE(P256PublicKey::from_spki(off));
  EXPECT_FALSE(P256PublicKey::from_spki(off.substr(0, 27) + std::string(64, '\0')));
  EXPECT_FALSE(P256PublicKey::from_spki(off.substr(0, 27) + std::string(64, '\xff')));
  EXPECT_FALSE(p256_verify(off, "m", test_key().sign("m")));
}

TEST(P256, GivesASignatureInBothForms) {
  const P256Key key = test_key();
  for (int i = 0; i < 40; ++i) {
    const std::string der = key.sign(std::to_string(i));
    const auto raw = p256_raw_signature(der);
    ASSERT_TRUE(raw);
    EXPECT_EQ(raw->size(), 64u);
    EXPECT_EQ(p256_der_signature(*raw), der);
  }
}

TEST(P256, RefusesRawSignaturesOfAnotherLengthOrWithZero) {
  const std::string zero(32, '\0'), one = std::string(31, '\0') + '\1';
  EXPECT_TRUE(p256_der_signature(one + one));
  EXPECT_FALSE(p256_der_signature(zero + one));
  EXPECT_FALSE(p256_der_signature(one + zero));
  EXPECT_FALSE(p256_der_signature(one + one + "x"));
  EXPECT_FALSE(p256_der_signature(one));
  EXPECT_FALSE(p256_raw_signature("no DER"));
}

TEST(P256, KeysServeSeveralThreadsAtOnce) {
  const P256Key key = test_key();
  const auto verifier = P256PublicKey::from_spki(key.spki());
  ASSERT_TRUE(verifier);
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&key, &verifier] {
      for (int round = 0; round < 20; ++round) EXPECT_TRUE(verifier->verify("m", key.sign("m")));
    });
  }
}

TEST(P256, KeysMoveWithTheirHandles) {
  P256Key a = test_key();
  P256Key b = P256Key::generate();
  const std::string spki = a.spki();
  b = std::move(a);
  EXPECT_TRUE(p256_verify(spki, "m", b.sign("m")));
  auto first = P256PublicKey::from_spki(spki);
  auto second = P256PublicKey::from_spki(P256Key::generate().spki());
  ASSERT_TRUE(first && second);
  *second = std::move(*first);
  EXPECT_TRUE(second->verify("m", b.sign("m")));
}

}  // namespace
}  // namespace lp::crypto
