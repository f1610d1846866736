// The command line's face of libfido2 before a key in software: what a registration and a signature
// are, and each way in which a key gives none.

#include "cli/security_key.h"

#include <gtest/gtest.h>

#include <set>

#include "crypto/hash.h"
#include "evidence/assertion.h"
#include "identity/passkey_registration.h"
#include "identity/passkey_testing.h"
#include "soft_port.h"

namespace lp::cli {
namespace {

using Fault = SecurityKeyFault;
using soft_key::SoftPort;

const std::string place = "letsping-cli://log.example";
const Digest challenge = crypto::sha256("asked");
const std::string creating = identity::client_data_of("webauthn.create", challenge, place);
const std::string getting = identity::client_data_of("webauthn.get", challenge, place);

struct Table {
  SoftPort port;
  std::optional<Secret> pin = Secret("1234");

  Table() { soft().pin = "1234"; }

  soft_key::Authenticator& soft() { return port.keys["one"]; }
  SecurityKey::Result<SecurityKey> open() { return SecurityKey::open({.path = "one"}, &port); }
  SecurityKey key() { return std::move(open().value()); }

  SecurityKey::Result<SecurityKey::Made> make(std::vector<std::string> exclude = {}) {
    return key().make({.rp_id = place,
                       .rp_name = "LetsPing",
                       .user_id = std::string(32, 'u'),
                       .user_name = "Ada (decides)",
                       .client_data = creating,
                       .exclude = std::move(exclude)},
                      pin);
  }
  SecurityKey::Result<SecurityKey::Signed> sign(const std::string& credential) {
    return key().sign({.rp_id = place, .credential = credential, .client_data = getting}, pin);
  }
  std::expected<identity::Registration, identity::RefusedRegistration> registered(
      const SecurityKey::Made& made) {
    return identity::check_registration({.client_data = creating,
                                         .attestation = made.attestation,
                                         .challenge = challenge,
                                         .rp_id = place,
                                         .origin = place});
  }
};

template <typename T>
Fault fault(const SecurityKey::Result<T>& result) {
  EXPECT_FALSE(result.has_value());
  return result ? Fault::broken : result.error().fault;
}

TEST(SecurityKey, MakesACredentialThatPassesEveryCheckAndSignsWithIt) {
  Table table;
  const auto made = table.make();
  ASSERT_TRUE(made.has_value()) << describe(made.error());
  const auto registration = table.registered(*made);
  ASSERT_TRUE(registration.has_value()) << registration.error().text;
  EXPECT_EQ(registration->credential, made->credential);
  const auto signature = table.sign(made->credential);
  ASSERT_TRUE(signature.has_value()) << describe(signature.error());
  const std::vector<std::string> origins{place};
  const auto fine =
      evidence::check_assertion({.authenticator_data = signature->authenticator_data,
                                 .client_data = getting,
                                 .signature = signature->signature},
                                challenge, registration->spki, place, &origins);
  EXPECT_TRUE(fine.has_value()) << fine.error();
}

TEST(SecurityKey, WritesLongAttestationsInTheShortestForm) {
  // 48 bytes of id make authenticator data of 180; the id is the key's to choose.
  Table table;
  const auto made = table.make();
  ASSERT_TRUE(made.has_value());
  EXPECT_TRUE(identity::read_attestation(made->attestation).has_value());
  EXPECT_EQ(identity::read_attestation(made->attestation)->format, "none");
}

TEST(SecurityKey, KnowsItsPersonByAFingerprintToo) {
  Table table;
  table.soft().pin.clear();
  table.soft().verifies_alone = true;
  table.pin.reset();
  EXPECT_TRUE(table.key().verifies_alone());
  EXPECT_FALSE(table.key().has_pin());
  const auto made = table.make();
  ASSERT_TRUE(made.has_value()) << describe(made.error());
  EXPECT_TRUE(table.registered(*made).has_value());
  EXPECT_TRUE(table.sign(made->credential).has_value());
  table.soft().recognises = false;
  EXPECT_EQ(fault(table.sign(made->credential)), Fault::not_verified);
}

TEST(SecurityKey, SaysHowManyWrongPinsAreLeftThenLocksThenBlocks) {
  Table table;
  const auto made = table.make();
  ASSERT_TRUE(made.has_value());
  table.pin = Secret("9999");
  SecurityKey key = table.key();
  const SecurityKey::Signing signing{
      .rp_id = place, .credential = made->credential, .client_data = getting};
  for (const int left : {7, 6}) {
    const auto wrong = key.sign(signing, table.pin);
    EXPECT_EQ(fault(wrong), Fault::wrong_pin);
    EXPECT_EQ(wrong.error().tries_left, left);
  }
  EXPECT_EQ(fault(key.sign(signing, table.pin)), Fault::locked);
  EXPECT_EQ(fault(key.sign(signing, Secret("1234"))), Fault::locked);
  // Plugged in again.
  EXPECT_EQ(fault(table.sign(made->credential)), Fault::wrong_pin);
  table.soft().tries_left = 1;
  EXPECT_EQ(fault(table.sign(made->credential)), Fault::blocked);
  EXPECT_EQ(fault(table.make()), Fault::blocked);
}

TEST(SecurityKey, ARightPinGivesAllTriesBack) {
  Table table;
  const auto made = table.make();
  table.pin = Secret("9999");
  EXPECT_EQ(fault(table.sign(made->credential)), Fault::wrong_pin);
  table.pin = Secret("1234");
  EXPECT_TRUE(table.sign(made->credential).has_value());
  EXPECT_EQ(table.soft().tries_left, 8);
}

TEST(SecurityKey, TakesNoPinThatACStringWouldCutShort) {
  Table table;
  table.pin = Secret(std::string("1234\0x", 6));
  EXPECT_EQ(fault(table.make()), Fault::wrong_pin);
  EXPECT_EQ(table.soft().tries_left, 8);
}

TEST(SecurityKey, RefusesOneThatVerifiesNobodyBeforeAnybodyIsAsked) {
  Table table;
  table.soft().pin.clear();
  EXPECT_EQ(fault(table.open()), Fault::no_verification);
  table.soft().speaks_ctap2 = false;
  EXPECT_EQ(fault(table.open()), Fault::too_old);
}

TEST(SecurityKey, RefusesOneThatMakesOtherSignaturesOnly) {
  Table table;
  table.soft().es256 = false;
  EXPECT_EQ(fault(table.make()), Fault::no_es256);
}

TEST(SecurityKey, TakesNoWordForAVerificationThatWasNone) {
  Table table;
  table.soft().verifies_nobody = true;
  EXPECT_EQ(fault(table.make()), Fault::broken);
  table.soft().verifies_nobody = false;
  const auto made = table.make();
  ASSERT_TRUE(made.has_value());
  table.soft().verifies_nobody = true;
  EXPECT_EQ(fault(table.sign(made->credential)), Fault::broken);
}

TEST(SecurityKey, SaysThatItWasNotTouched) {
  Table table;
  const auto made = table.make();
  table.soft().touched = false;
  EXPECT_EQ(fault(table.make()), Fault::not_touched);
  EXPECT_EQ(fault(table.sign(made->credential)), Fault::not_touched);
}

TEST(SecurityKey, SaysThatItWasPulledOut) {
  Table table;
  const auto made = table.make();
  for (const char* when : {"make", "sign"}) {
    table.soft().pulled_out_at = when;
    EXPECT_EQ(when == std::string("make") ? fault(table.make())
                                          : fault(table.sign(made->credential)),
              Fault::unreachable);
  }
  table.port.keys.clear();
  EXPECT_EQ(fault(table.open()), Fault::unreachable);
}

TEST(SecurityKey, MakesNoSecondCredentialForTheSameMember) {
  Table table;
  const auto made = table.make();
  EXPECT_EQ(fault(table.make({std::string(48, 'x'), made->credential})), Fault::has_one);
  EXPECT_TRUE(table.make({std::string(48, 'x')}).has_value());
}

TEST(SecurityKey, SaysWithoutATouchWhatIsOnIt) {
  Table table;
  const auto made = table.make();
  table.soft().touched = false;
  EXPECT_EQ(table.key().holds(place, made->credential).value(), std::optional(true));
  EXPECT_EQ(table.key().holds(place, std::string(48, 'x')).value(), std::optional(false));
  EXPECT_EQ(table.key().holds("letsping-cli://other", made->credential).value(),
            std::optional(false));
  table.soft().tells_unverified = false;
  EXPECT_EQ(table.key().holds(place, made->credential).value(), std::optional<bool>());
  table.soft().pulled_out_at = "sign";
  EXPECT_EQ(fault(table.key().holds(place, made->credential)), Fault::unreachable);
}

TEST(SecurityKey, SignsNothingForACredentialOfAnotherKey) {
  Table table;
  EXPECT_EQ(fault(table.sign(std::string(48, 'x'))), Fault::no_credential);
}

TEST(SecurityKey, HasASentenceForEachFault) {
  std::set<std::string> sentences;
  constexpr std::size_t faults = static_cast<std::size_t>(Fault::broken) + 1;
  for (std::size_t i = 0; i < faults; ++i) {
    const std::string sentence = describe({.fault = static_cast<Fault>(i), .code = 127});
    EXPECT_TRUE(sentence.ends_with('.')) << sentence;
    sentences.insert(sentence);
  }
  EXPECT_EQ(sentences.size(), faults);
  EXPECT_TRUE(describe({.fault = Fault::wrong_pin, .tries_left = 5}).contains("5 more"));
}

}  // namespace
}  // namespace lp::cli
