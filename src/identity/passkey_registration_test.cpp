#include "identity/passkey_registration.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <vector>

#include "identity/passkey_testing.h"
#include "identity/passkey_use.h"

namespace lp::identity {
namespace {

using Fault = RegistrationFault;
using Vector = std::map<std::string, std::string>;

const Digest challenge = crypto::sha256("a challenge");

RegistrationClaim claim_of(const SoftPasskey& passkey, const SoftPasskey::Creation& made) {
  return {.client_data = made.client_data,
          .attestation = made.attestation,
          .challenge = challenge,
          .rp_id = passkey.rp_id,
          .origin = passkey.origin};
}

Fault fault_of(const SoftPasskey& passkey, const SoftPasskey::Creation& made) {
  const auto registration = check_registration(claim_of(passkey, made));
  EXPECT_FALSE(registration.has_value());
  if (registration) return Fault::too_large;
  EXPECT_FALSE(registration.error().text.empty());
  return registration.error().fault;
}

// The attestation object that a test says something else in.
Fault fault_of_object(std::string object) {
  const SoftPasskey passkey;
  return fault_of(passkey, {.client_data = passkey.create(challenge).client_data,
                            .attestation = std::move(object)});
}

Fault fault_of_authenticator(std::string_view data) {
  return fault_of_object(SoftPasskey::object(data));
}

// Of Web Authentication Level 3, section "Test Vectors"; hex values are decoded.
std::vector<Vector> published() {
  std::ifstream file(LP_IDENTITY_TESTDATA "/webauthn_l3.txt");
  std::vector<Vector> vectors;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t equals = line.find(" = ");
    const std::string name = line.substr(0, equals), value = line.substr(equals + 3);
    if (name == "vector") {
      vectors.push_back({{name, value}});
    } else {
      vectors.back()[name] = from_hex(value).value_or("");
    }
  }
  return vectors;
}

Digest challenge_of(const Vector& vector, const std::string& name) {
  return *Digest::from_bytes(vector.at(name));
}

TEST(PasskeyRegistration, TakesWhatABrowserBringsForAVerifiedPerson) {
  SoftPasskey passkey;
  passkey.flags |= backup_eligible | backed_up;
  passkey.counter = 7;
  const auto made = passkey.create(challenge);
  const auto registration = check_registration(claim_of(passkey, made));
  ASSERT_TRUE(registration.has_value()) << registration.error().text;
  EXPECT_EQ(registration->credential, passkey.credential);
  EXPECT_EQ(registration->spki, passkey.key.spki());
  EXPECT_EQ(registration->aaguid, "00000000-0000-0000-0000-000000000000");
  EXPECT_EQ(registration->counter, 7u);
  EXPECT_TRUE(registration->backup_eligible);
  EXPECT_TRUE(registration->backed_up);
}

TEST(PasskeyRegistration, TakesAnAttestationByTheKeyItself) {
  const SoftPasskey passkey;
  const std::string data = passkey.attested();
  const std::string client = client_data_of("webauthn.create", challenge, passkey.origin);
  const auto statement = [&](std::string_view message) {
    return cbor_head(5, 2) + cbor_text("alg") + cbor_integer(-7) + cbor_text("sig") +
           cbor_bytes(passkey.key.sign(message));
  };
  const std::string message = data + std::string(crypto::sha256(client).view());
  const SoftPasskey::Creation good{
      .client_data = client,
      .attestation = SoftPasskey::object(data, "packed", statement(message))};
  EXPECT_TRUE(check_registration(claim_of(passkey, good)).has_value());
  const SoftPasskey::Creation bad{
      .client_data = client,
      .attestation = SoftPasskey::object(data, "packed", statement("something else"))};
  EXPECT_EQ(fault_of(passkey, bad), Fault::attestation_signature);
}

TEST(PasskeyRegistration, RefusesClientDataOfAnotherTypeChallengePageOrFrame) {
  const SoftPasskey passkey;
  const std::string object = SoftPasskey::object(passkey.attested());
  std::set<std::string> sentences;
  const auto refuses = [&](std::string client) {
    const auto registration = check_registration(
        claim_of(passkey, {.client_data = std::move(client), .attestation = object}));
    ASSERT_FALSE(registration.has_value());
    EXPECT_EQ(registration.error().fault, Fault::client_data);
    sentences.insert(registration.error().text);
  };
  refuses(client_data_of("webauthn.get", challenge, passkey.origin));
  refuses(client_data_of("webauthn.create", crypto::sha256("other"), passkey.origin));
  refuses(client_data_of("webauthn.create", challenge, "https://phish.example"));
  refuses(client_data_of("webauthn.create", challenge, passkey.origin, R"(,"topOrigin":"x")"));
  refuses("not json");
  EXPECT_EQ(sentences.size(), 5u);
  refuses(client_data_of("webauthn.create", challenge, passkey.origin, R"(,"crossOrigin":true)"));
  refuses("\xef\xbb\xbf" + client_data_of("webauthn.create", challenge, passkey.origin));
  refuses("[]");
  refuses(R"({"type":"webauthn.create"})");
}

TEST(PasskeyRegistration, RefusesAnAttestationObjectOfAnotherForm) {
  const SoftPasskey passkey;
  const std::string data = passkey.attested();
  const std::string good = SoftPasskey::object(data);
  EXPECT_EQ(fault_of_object(""), Fault::malformed);
  EXPECT_EQ(fault_of_object("\xa0"), Fault::malformed);
  EXPECT_EQ(fault_of_object(good.substr(0, good.size() - 1)), Fault::malformed);
  EXPECT_EQ(fault_of_object(good + '\0'), Fault::trailing_bytes);
  EXPECT_EQ(fault_of_object(std::string(5'000, 'x')), Fault::too_large);
  EXPECT_EQ(fault_of_object("\xbf" + good.substr(1) + "\xff"), Fault::malformed);
  const std::string twice = cbor_head(5, 3) + cbor_text("fmt") + cbor_text("none") +
                            cbor_text("fmt") + cbor_text("none") + cbor_text("authData") +
                            cbor_bytes(data);
  EXPECT_EQ(fault_of_object(twice), Fault::malformed);
  const std::string unknown = cbor_head(5, 3) + cbor_text("fmt") + cbor_text("none") +
                              cbor_text("attest") + "\xa0" + cbor_text("authData") +
                              cbor_bytes(data);
  EXPECT_EQ(fault_of_object(unknown), Fault::malformed);
  const std::string text = cbor_head(5, 3) + cbor_text("fmt") + cbor_text("none") +
                           cbor_text("attStmt") + "\xa0" + cbor_text("authData") +
                           cbor_text("text");
  EXPECT_EQ(fault_of_object(text), Fault::malformed);
}

TEST(PasskeyRegistration, RefusesAttestationsThatItDoesNotAskFor) {
  const SoftPasskey passkey;
  const std::string data = passkey.attested();
  const auto with = [&](std::string_view format, std::string_view statement) {
    return fault_of_object(SoftPasskey::object(data, format, statement));
  };
  EXPECT_EQ(with("fido-u2f", "\xa0"), Fault::unknown_attestation);
  EXPECT_EQ(with("none", cbor_head(5, 1) + cbor_text("x") + cbor_integer(1)),
            Fault::attestation_invalid);
  EXPECT_EQ(with("packed", "\xa0"), Fault::attestation_invalid);
  EXPECT_EQ(with("packed", cbor_head(5, 1) + cbor_text("alg") + cbor_text("-7")),
            Fault::attestation_invalid);
  EXPECT_EQ(with("packed", cbor_head(5, 1) + cbor_text("sig") + cbor_integer(7)),
            Fault::attestation_invalid);
  EXPECT_EQ(with("packed", cbor_head(5, 1) + cbor_text("ver") + cbor_text("2")),
            Fault::attestation_invalid);
  EXPECT_EQ(with("packed", cbor_head(5, 1) + cbor_integer(1) + cbor_integer(1)),
            Fault::attestation_invalid);
  EXPECT_EQ(with("packed", cbor_head(5, 2) + cbor_text("alg") + cbor_integer(-257) +
                               cbor_text("sig") + cbor_bytes("s")),
            Fault::attestation_invalid);
  EXPECT_EQ(with("packed", cbor_head(5, 1) + cbor_text("x5c") + cbor_head(4, 0)),
            Fault::unknown_attestation);
}

TEST(PasskeyRegistration, RefusesAnAuthenticatorThatSaysLessOrMore) {
  const SoftPasskey passkey;
  const std::string data = passkey.attested();
  EXPECT_EQ(fault_of_authenticator(data.substr(0, 36)), Fault::malformed);
  EXPECT_EQ(fault_of_authenticator(data.substr(0, 50)), Fault::malformed);
  EXPECT_EQ(fault_of_authenticator(data.substr(0, 60)), Fault::malformed);
  EXPECT_EQ(fault_of_authenticator(data + '\0'), Fault::trailing_bytes);
  EXPECT_EQ(fault_of_authenticator(passkey.head(passkey.flags)), Fault::no_credential);
  SoftPasskey other;
  other.credential.clear();
  EXPECT_EQ(fault_of_authenticator(other.attested()), Fault::no_credential);
  other.credential = std::string(1'024, 'c');
  EXPECT_EQ(fault_of_authenticator(other.attested()), Fault::credential_too_long);
  other.credential = std::string(1'023, 'c');
  EXPECT_TRUE(check_registration(claim_of(other, other.create(challenge))).has_value());
}

TEST(PasskeyRegistration, LooksPastExtensionsThatNobodyAskedFor) {
  const SoftPasskey passkey;
  std::string data = passkey.attested();
  data[32] = static_cast<char>(passkey.flags | attested_data | extension_data);
  const std::string protect = cbor_text("credProtect") + cbor_integer(2);
  const SoftPasskey::Creation made{
      .client_data = client_data_of("webauthn.create", challenge, passkey.origin),
      .attestation = SoftPasskey::object(data + cbor_head(5, 1) + protect)};
  EXPECT_TRUE(check_registration(claim_of(passkey, made)).has_value());
  EXPECT_EQ(fault_of_authenticator(data), Fault::malformed);
  EXPECT_EQ(fault_of_authenticator(data + cbor_head(5, 2) + protect + protect), Fault::malformed);
  EXPECT_EQ(fault_of_authenticator(data + cbor_head(5, 1) + cbor_integer(1) + cbor_integer(1)),
            Fault::malformed);
  EXPECT_EQ(fault_of_authenticator(data + cbor_head(5, 1) + protect + "x"), Fault::trailing_bytes);
}

TEST(PasskeyRegistration, DemandsTheHostAPersonAndThatTheyWereVerified) {
  SoftPasskey passkey;
  const auto made = passkey.create(challenge);
  auto claim = claim_of(passkey, made);
  claim.rp_id = "letsping.example";
  EXPECT_EQ(check_registration(claim).error().fault, Fault::relying_party);
  const std::pair<unsigned, Fault> wrong[] = {
      {user_verified, Fault::not_present},
      {user_present, Fault::not_verified},
      {user_present | user_verified | backed_up, Fault::backup_flags}};
  for (const auto& [flags, fault] : wrong) {
    passkey.flags = flags;
    EXPECT_EQ(fault_of(passkey, passkey.create(challenge)), fault);
  }
}

TEST(PasskeyRegistration, TakesKeysOnP256AndNothingElse) {
  const SoftPasskey passkey;
  const std::string before = passkey.attested().substr(0, 37 + 16 + 2 + 32);
  const std::string key = passkey.cose_key();
  const auto with = [&](std::string_view cose) {
    return fault_of_authenticator(before + std::string(cose));
  };
  const std::string x = cbor_bytes(std::string(32, 'x')), y = cbor_bytes(std::string(32, 'y'));
  const auto ec2 = [&](int type, int algorithm, int curve) {
    return cbor_head(5, 5) + cbor_integer(1) + cbor_integer(type) + cbor_integer(3) +
           cbor_integer(algorithm) + cbor_integer(-1) + cbor_integer(curve) + cbor_integer(-2) + x +
           cbor_integer(-3) + y;
  };
  EXPECT_EQ(with(ec2(2, -7, 1)), Fault::key_point);
  EXPECT_EQ(with(ec2(1, -7, 1)), Fault::key_algorithm);
  EXPECT_EQ(with(ec2(2, -35, 1)), Fault::key_algorithm);
  EXPECT_EQ(with(ec2(2, -7, 2)), Fault::key_algorithm);
  EXPECT_EQ(with(cbor_head(5, 1) + cbor_integer(3) + cbor_integer(-257)), Fault::key_algorithm);
  EXPECT_EQ(with(cbor_head(5, 2) + cbor_integer(1) + cbor_integer(1) + cbor_integer(3) +
                 cbor_integer(-8)),
            Fault::key_algorithm);
  EXPECT_EQ(with("\xa0"), Fault::key_form);
  EXPECT_EQ(with("\xff"), Fault::key_form);
  EXPECT_EQ(with(cbor_head(5, 1) + cbor_text("3") + cbor_integer(-257)), Fault::key_form);
  // A label twice, one more, and a coordinate of another length.
  std::string twice = key;
  twice[3] = '\x01';
  EXPECT_EQ(with(twice), Fault::key_form);
  EXPECT_EQ(with(cbor_head(5, 6) + key.substr(1) + cbor_integer(-4) + cbor_integer(1)),
            Fault::key_form);
  EXPECT_EQ(with(key.substr(0, 7) + cbor_integer(-2) + cbor_bytes("short") + cbor_integer(-3) + y),
            Fault::key_form);
}

TEST(PasskeyRegistration, ReadsThePublishedVectorsOfItsFormsAndRefusesTheOthers) {
  const std::map<std::string, Fault> refused{{"packed-es256", Fault::unknown_attestation},
                                             {"packed-es384", Fault::unknown_attestation},
                                             {"packed-es512", Fault::unknown_attestation},
                                             {"packed-rs256", Fault::unknown_attestation},
                                             {"packed-eddsa", Fault::unknown_attestation},
                                             {"packed-ed448", Fault::unknown_attestation},
                                             {"tpm-es256", Fault::unknown_attestation},
                                             {"apple-es256", Fault::unknown_attestation},
                                             {"android-key-es256", Fault::unknown_attestation},
                                             {"fido-u2f-es256", Fault::unknown_attestation}};
  const auto vectors = published();
  ASSERT_EQ(vectors.size(), 15u);
  std::size_t taken = 0;
  for (const Vector& vector : vectors) {
    const auto attestation = read_attestation(vector.at("create.attestation"));
    const auto expected = refused.find(vector.at("vector"));
    if (expected != refused.end()) {
      ASSERT_FALSE(attestation.has_value()) << vector.at("vector");
      EXPECT_EQ(attestation.error(), expected->second) << vector.at("vector");
      continue;
    }
    ASSERT_TRUE(attestation.has_value())
        << vector.at("vector") << ": " << describe(attestation.error());
    ++taken;
    EXPECT_EQ(attestation->credential, vector.at("credential_id"));
    EXPECT_EQ(attestation->rp_id_hash, crypto::sha256("example.org"));
    // The key that was made is the one that signs.
    const std::string message = vector.at("get.authenticator_data") +
                                std::string(crypto::sha256(vector.at("get.client_data")).view());
    EXPECT_TRUE(crypto::p256_verify(attestation->spki, message, vector.at("get.signature"), false));
  }
  EXPECT_EQ(taken, 5u);
}

TEST(PasskeyRegistration, JudgesThePublishedVectorsByTheirFlagsAndPages) {
  // What the specification says of each: verified or not, and inside of another page or not.
  const std::map<std::string, std::optional<Fault>> expected{
      {"none-es256", Fault::not_verified},
      {"packed-self-es256", std::nullopt},
      {"none-es256-crossOrigin", Fault::client_data},
      {"none-es256-topOrigin", Fault::client_data}};
  for (const Vector& vector : published()) {
    const auto known = expected.find(vector.at("vector"));
    if (known == expected.end()) continue;
    const auto registration =
        check_registration({.client_data = vector.at("create.client_data"),
                            .attestation = vector.at("create.attestation"),
                            .challenge = challenge_of(vector, "create.challenge"),
                            .rp_id = "example.org",
                            .origin = "https://example.org"});
    EXPECT_EQ(registration ? std::nullopt : std::optional(registration.error().fault),
              known->second)
        << vector.at("vector");
  }
}

TEST(PasskeyRegistration, HasADistinctSentenceForEachFault) {
  std::set<std::string_view> sentences;
  for (int i = 0; i <= static_cast<int>(Fault::key_point); ++i) {
    EXPECT_TRUE(sentences.insert(describe(static_cast<Fault>(i))).second);
  }
}

// Whoever changes a single bit on the way brings no passkey along, or the same one.
TEST(PasskeyRegistration, TakesNoOtherKeyForAFlippedBit) {
  const SoftPasskey passkey;
  const auto made = passkey.create(challenge);
  for (std::size_t bit = 0; bit < made.attestation.size() * 8; ++bit) {
    SoftPasskey::Creation flipped = made;
    flipped.attestation[bit / 8] = static_cast<char>(flipped.attestation[bit / 8] ^ (1 << bit % 8));
    const auto registration = check_registration(claim_of(passkey, flipped));
    if (registration) EXPECT_EQ(registration->spki, passkey.key.spki()) << bit;
  }
}

}  // namespace
}  // namespace lp::identity
