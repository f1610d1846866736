#include "seal/content_key.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/testing.h"
#include "base/text.h"
#include "crypto/aead.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::seal {
namespace {

// The vectors of the wire contract: key 00..1f, iv a0..ab.
constexpr std::string_view key_text = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
constexpr std::string_view e1_plaintext =
    R"({"user_id":"u_123","amount":100,"note":"café","_lp_meta":{"environment":"prod"}})";
constexpr std::string_view e1_ct =
    "nToJXiC5XdYGR73xciXx7EOOdTLz2i0Z8noEvE6bRS3wGCiLygBpHzz9YgugWK/"
    "bGHc2Fw+1bh9jZHB8wR7z2cbT6wJVy5DC"
    "zsCPauCq7sewPNerLFSZs+FpboR10o8gPg==";
constexpr std::string_view e2_plaintext =
    R"({"user_id": "u_123", "amount": 100, "note": "caf\u00e9"})";
constexpr std::string_view e2_ct =
    "nToJXiC5XdYGR73zJQ+f70KfezyylSMB83tI8l2RVTDiRmvfjUw8STq+"
    "PugrGeKfG252eAfpOAMhrEN+9CQJn4j4VmscUj+V";

// Computed by another implementation, with salt 40..5f and the context below.
constexpr std::string_view v2_context =
    R"({"origin":"0123456789abcdef/p/00112233445566778899aabbccddeeff","client_nonce":"n1",)"
    R"("service":"svc","action":"act","created":"2026-03-01T12:00:00.000Z"})";
constexpr std::string_view v2_ct =
    "dWy/vn+KTYWB/"
    "ZBnv26PyecyqNXGl9iO2PwjXqRFwCHWvEQyLci35y3f"
    "O11EM+7zD0fB6art3RHXTUvx9JkaWH3uVsDZ2oXY"
    "X9oG0bjmue28yzE7rw0M/ZEAsET+dfemvQ==";

// Gives out what it was given, in order: fixed salts and IVs for vectors.
class Prepared final : public Entropy {
 public:
  explicit Prepared(std::string bytes) : bytes_(std::move(bytes)) {}
  std::string bytes(std::size_t count) override {
    const std::string taken = bytes_.substr(0, count);
    EXPECT_EQ(taken.size(), count);
    bytes_.erase(0, count);
    return taken;
  }

 private:
  std::string bytes_;
};

std::string sequence(unsigned first, std::size_t count) {
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) bytes += static_cast<char>(first + i);
  return bytes;
}

ContentKey test_key() {
  return ContentKey::from_base64(key_text).value();
}

json::Value parsed(std::string_view text) {
  return json::parse(std::string(text)).value().root;
}

Envelope v1_envelope(std::string_view ct) {
  json::Value payload = json::Value::object();
  payload.add("_lp_enc", true).add("iv", "oKGio6Slpqeoqaqr").add("ct", ct);
  return read_envelope(payload).value();
}

Envelope v2_envelope() {
  Prepared entropy(sequence(0x40, 32) + sequence(0xa0, 12));
  return read_envelope(test_key().seal_v2(e1_plaintext, parsed(v2_context), entropy)).value();
}

TEST(ContentKey, OpensWhatStockClientsSealed) {
  EXPECT_EQ(test_key().open(v1_envelope(e1_ct)), e1_plaintext);  // Node
  EXPECT_EQ(test_key().open(v1_envelope(e2_ct)), e2_plaintext);  // Python
}

TEST(ContentKey, SealsWhatStockClientsOpen) {
  Prepared entropy(sequence(0xa0, 12));
  EXPECT_EQ(json::compact(test_key().seal_v1(e1_plaintext, entropy)),
            R"({"_lp_enc":true,"iv":"oKGio6Slpqeoqaqr","ct":")" + std::string(e1_ct) + R"("})");
}

TEST(ContentKey, SameCipherOpensAStateSnapshot) {
  const std::string blob = from_hex(
                               "a0a1a2a3a4a5a6a7a8a9aaab9d3a084537ae63db3d0ce3f13d58b4ef52807b7"
                               "9fcc73718be345da40cdf1071f0"
                               "4c65acfb6301697de17980aea4995527f4a60b00b6dadc260db4")
                               .value();
  const std::string_view iv = std::string_view(blob).substr(0, crypto::aead_iv_bytes);
  EXPECT_EQ(crypto::aes_256_gcm_open(sequence(0, 32), iv,
                                     std::string_view(blob).substr(crypto::aead_iv_bytes)),
            R"({"thread_id":"t1","input":{"step":"START"}})");
}

TEST(ContentKey, SealsVersionTwoAsAnotherImplementationDoes) {
  const Envelope envelope = v2_envelope();
  EXPECT_EQ(envelope.kind, PayloadKind::v2);
  EXPECT_EQ(base64(envelope.ciphertext), v2_ct);
  EXPECT_EQ(envelope.env_sha256.hex(),
            "86e5a852a7300f9935d4fef1d908e321b073a76a410d45e10dfd4533bf7ed29c");
  EXPECT_EQ(test_key().open(envelope), e1_plaintext);
}

TEST(ContentKey, IsStandardBase64OfExactlyThirtyTwoBytes) {
  EXPECT_TRUE(ContentKey::from_base64(key_text));
  EXPECT_FALSE(ContentKey::from_base64(key_text.substr(0, 43)));   // no padding
  EXPECT_FALSE(ContentKey::from_base64(base64(sequence(0, 16))));  // AES-128
  EXPECT_FALSE(ContentKey::from_base64(base64(sequence(0, 24))));  // AES-192
  EXPECT_FALSE(ContentKey::from_base64(base64(sequence(0, 33))));
  EXPECT_FALSE(ContentKey::from_base64(""));
  EXPECT_FALSE(ContentKey::from_base64("-_ECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="));
  EXPECT_DEATH(ContentKey(Secret("short")), "assertion failed");
}

TEST(ContentKey, IsNamedByAHashThatSaysNothingElse) {
  EXPECT_EQ(test_key().kid(), "31e9e43f19195b15");
}

TEST(ContentKey, DoesNotOpenAnEnvelopeMovedUnderAnotherContext) {
  Envelope envelope = v2_envelope();
  envelope.context = json::canonical(parsed(R"({"service":"svc","action":"other"})"));
  EXPECT_FALSE(test_key().open(envelope));
  Envelope stripped = v2_envelope();
  stripped.kind = PayloadKind::v1;
  EXPECT_FALSE(test_key().open(stripped));
}

TEST(ContentKey, SealsVersionTwoUnderAnObjectOnly) {
  SeededEntropy entropy;
  EXPECT_DEATH(static_cast<void>(test_key().seal_v2("x", json::Value("ctx"), entropy)),
               "assertion failed");
}

TEST(Commitment, GivesTheValuesOfAnotherImplementation) {
  const Secret k1 = test_key().commitment_key(v1_envelope(e1_ct));
  EXPECT_EQ(hex(k1.reveal()), "a618147c525c54330b8d46b875cdfc6d9b02ecace698b8113ac10810b35cefa7");
  EXPECT_EQ(commitment(k1.reveal(), Role::base, e1_plaintext).hex(),
            "bb4e384077205960b8cb7242f0fc8b65c9c99c236851aca4ab3ecfd6d54b79ff");
  EXPECT_EQ(commitment(k1.reveal(), Role::edit, e1_plaintext).hex(),
            "287a9e54fa4974a38b3a2aad685ab1c988ff45e2a0e937da5b24c74b48fdf644");
  EXPECT_EQ(reason_digest(k1.reveal(), "zu früh").hex(),
            "b28e3a6e7f0c188b868e233efe819ea6332836af30d0557d080bfdce058acfba");
  EXPECT_EQ(display_digest(k1.reveal(), parsed(R"({"version":"1","renderer":"web",)"
                                               R"("assets_sha256":"00","leaves_shown":3,)"
                                               R"("leaves_total":4})"))
                .hex(),
            "b64aed59632e6d54dc5d571cbc1198dccd4fffb208179f78ea55585a20336c0c");

  const Secret k2 = test_key().commitment_key(v2_envelope());
  EXPECT_EQ(hex(k2.reveal()), "454b872a8f9f946351bf9d36f0a86f0e1e3cdb0a770324b18abda042da02682b");
  EXPECT_EQ(commitment(k2.reveal(), Role::base, e1_plaintext).hex(),
            "8a7fa6e7e31f48cd7e77bda1a80e22d1af5bad8ab9f4adda7e3c7aec768b075c");
}

TEST(Commitment, BindsTheExactBytesWhereTheCanonicalFormDoesNot) {
  // RFC 8785 writes both numbers alike; a commitment must not (evidence.md 0, fact 6).
  const Secret k = test_key().commitment_key(v1_envelope(e1_ct));
  EXPECT_NE(commitment(k.reveal(), Role::base, R"({"n":12345678901234567890})"),
            commitment(k.reveal(), Role::base, R"({"n":12345678901234567891})"));
  EXPECT_NE(commitment(k.reveal(), Role::base, R"({"a":1})"),
            commitment(k.reveal(), Role::base, R"({"a": 1})"));
}

// What follows holds for any key, plaintext and place.

std::string any_bytes() {
  return *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
}

ContentKey any_key() {
  return ContentKey(Secret(SeededEntropy(*rc::gen::arbitrary<std::uint64_t>()).bytes(32)));
}

json::Value any_envelope(const ContentKey& key, const std::string& plaintext) {
  SeededEntropy entropy(*rc::gen::arbitrary<std::uint64_t>());
  if (*rc::gen::arbitrary<bool>()) return key.seal_v1(plaintext, entropy);
  json::Value ctx = json::Value::object();
  ctx.add("service", hex(any_bytes())).add("created", 1);
  return key.seal_v2(plaintext, ctx, entropy);
}

RC_GTEST_PROP(ContentKey, OpensWhatItSealed, ()) {
  const ContentKey key = any_key();
  const std::string plaintext = any_bytes();
  const auto envelope = read_envelope(any_envelope(key, plaintext));
  RC_ASSERT(envelope.has_value());
  RC_ASSERT(key.open(*envelope) == plaintext);
}

RC_GTEST_PROP(ContentKey, EnvelopeSurvivesItsJsonText, ()) {
  const ContentKey key = any_key();
  const json::Value sealed = any_envelope(key, any_bytes());
  const auto before = read_envelope(sealed);
  const auto after = read_envelope(parsed(json::compact(sealed)));
  RC_ASSERT(before.has_value() && after.has_value());
  RC_ASSERT(before->env_sha256 == after->env_sha256);
  RC_ASSERT(before->ciphertext == after->ciphertext);
}

RC_GTEST_PROP(ContentKey, RefusesAnyFlippedByte, ()) {
  const ContentKey key = any_key();
  Envelope envelope = read_envelope(any_envelope(key, any_bytes())).value();
  std::vector<std::string*> parts = {&envelope.iv, &envelope.ciphertext};
  if (envelope.kind == PayloadKind::v2) {
    parts.push_back(&envelope.salt);
    parts.push_back(&envelope.context);
  }
  std::string& part = **rc::gen::elementOf(parts);
  const auto place = *rc::gen::inRange<std::size_t>(0, part.size());
  const auto flip = *rc::gen::inRange(1, 256);
  part[place] = static_cast<char>(part[place] ^ flip);
  RC_ASSERT(!key.open(envelope));
}

RC_GTEST_PROP(ContentKey, RefusesAnyOtherKey, ()) {
  const ContentKey key = any_key();
  const ContentKey other = any_key();
  RC_PRE(key.kid() != other.kid());
  const auto envelope = read_envelope(any_envelope(key, any_bytes()));
  RC_ASSERT(!other.open(*envelope));
  RC_ASSERT(key.commitment_key(*envelope).reveal() != other.commitment_key(*envelope).reveal());
}

RC_GTEST_PROP(Commitment, DiffersByKeyRoleAndPlaintext, ()) {
  const std::string k = any_bytes();
  const std::string plaintext = any_bytes();
  const Digest base = commitment(k, Role::base, plaintext);
  RC_ASSERT(base != commitment(k, Role::edit, plaintext));
  RC_ASSERT(base != commitment(k, Role::base, plaintext + '\0'));
  RC_ASSERT(base != commitment(k + 'x', Role::base, plaintext));
  RC_ASSERT(base != reason_digest(k, plaintext));
}

}  // namespace
}  // namespace lp::seal
