#include "tlog/cosignature.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>

namespace lp::tlog {
namespace {

// The body of the example of c2sp.org/tlog-cosignature.
constexpr std::string_view body =
    "example.com/behind-the-sofa\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
constexpr std::string_view name = "witness.example.com/w1";
constexpr std::uint64_t time_s = 1'679'315'147;

// What filippo.io/torchwood made of the same body and seed.
constexpr std::string_view go_vkey =
    "witness.example.com/w1+5f2febaf+BMhTrQ8M0rYZrqks7sT9VqJNZJnVhM55JX5Fz9gTm2Cn";
constexpr std::uint64_t go_time_s = 1'795'383'507;
constexpr std::string_view go_line =
    "— witness.example.com/w1 "
    "Xy/rrwAAAABrA2DTurkEeC8Ce3jm46XGUVYJHms5I0ihL1XmtGP92KU/MlTd"
    "qgbES/TNpNAqleaAj/ustUqrmrSIb7kjbpQcFp1BBA==\n";

crypto::Ed25519Key key_of(char fill) {
  return crypto::Ed25519Key::from_seed(std::string(32, fill));
}

CosignerKey witness(char fill = 'w') {
  return CosignerKey::make(name, key_of(fill).public_key());
}

Note note_with(std::vector<SignatureLine> lines) {
  return {std::string(body), std::move(lines)};
}

TEST(Cosignature, HasTheKeyThatGoHas) {
  EXPECT_EQ(witness().to_string(), go_vkey);
  EXPECT_EQ(CosignerKey::parse(go_vkey), witness());
}

TEST(Cosignature, ReadsWhatGoSigned) {
  const auto note = Note::parse(std::string(body) + "\n" + std::string(go_line));
  ASSERT_TRUE(note.has_value());
  EXPECT_EQ(open_cosignature(*note, witness()), go_time_s);
  EXPECT_EQ(cosign(body, name, key_of('w'), go_time_s).to_string(), go_line);
}

TEST(Cosignature, TellsTheTimeThatWasSigned) {
  const Note note = note_with({cosign(body, name, key_of('w'), time_s)});
  EXPECT_EQ(open_cosignature(note, witness()), time_s);
  EXPECT_EQ(Note::parse(note.to_string())->signatures, note.signatures);
}

TEST(Cosignature, TellsTheNewestOfSeveral) {
  const Note note = note_with({cosign(body, name, key_of('w'), time_s),
                               cosign(body, name, key_of('w'), time_s + 60),
                               cosign(body, name, key_of('w'), time_s + 30)});
  EXPECT_EQ(open_cosignature(note, witness()), time_s + 60);
}

TEST(Cosignature, IsNotThatOfAnotherKeyOrName) {
  const Note note = note_with({cosign(body, name, key_of('w'), time_s)});
  const auto fault = std::unexpected(NoteFault::unknown_key);
  EXPECT_EQ(open_cosignature(note, witness('v')), fault);
  EXPECT_EQ(open_cosignature(note, CosignerKey::make("other", key_of('w').public_key())), fault);
  EXPECT_EQ(open_cosignature(note_with({}), witness()), fault);
}

TEST(Cosignature, IsNotTheSignatureOfALogWithTheSameKey) {
  const auto log = VerifierKey::make(name, key_of('w').public_key());
  EXPECT_NE(log.id, witness().id);
  EXPECT_FALSE(VerifierKey::parse(witness().to_string()).has_value());
  EXPECT_FALSE(CosignerKey::parse(log.to_string()).has_value());
  const Note note = note_with({{std::string(name), log.id, key_of('w').sign(body)}});
  EXPECT_EQ(open_cosignature(note, witness()), std::unexpected(NoteFault::unknown_key));
}

TEST(Cosignature, RefusesWhatDoesNotVerifyEvenBesideWhatDoes) {
  const SignatureLine good = cosign(body, name, key_of('w'), time_s);
  SignatureLine other_time = good, without_time = good, time_only = good, empty = good;
  other_time.signature[7] ^= 1;
  without_time.signature = good.signature.substr(8);
  time_only.signature = good.signature.substr(0, 8);
  empty.signature = good.signature.substr(0, 7);
  for (const SignatureLine& bad : {other_time, without_time, time_only, empty}) {
    EXPECT_EQ(open_cosignature(note_with({good, bad}), witness()),
              std::unexpected(NoteFault::bad_signature));
  }
}

// Validly signed, with the time `bytes` written into it.
SignatureLine signed_at(const std::string& bytes, const std::string& decimal) {
  const auto message = "cosignature/v1\ntime " + decimal + "\n" + std::string(body);
  return {std::string(name), witness().id, bytes + key_of('w').sign(message)};
}

TEST(Cosignature, RefusesATimeThatSaysNothing) {
  const auto zero = signed_at(std::string(8, '\0'), "0");
  const auto beyond = signed_at("\x80" + std::string(7, '\0'), "9223372036854775808");
  const auto last = signed_at("\x7f" + std::string(7, '\xff'), "9223372036854775807");
  EXPECT_EQ(open_cosignature(note_with({zero}), witness()),
            std::unexpected(NoteFault::bad_signature));
  EXPECT_EQ(open_cosignature(note_with({beyond}), witness()),
            std::unexpected(NoteFault::bad_signature));
  EXPECT_EQ(open_cosignature(note_with({last}), witness()), 9'223'372'036'854'775'807U);
}

TEST(CosignatureDeathTest, IsNotMadeWithoutATime) {
  EXPECT_DEATH(static_cast<void>(cosign(body, name, key_of('w'), 0)), "is_time");
}

TEST(CosignatureProperty, AChangedByteNeverVerifies) {
  const bool holds = rc::check("a changed byte never verifies", [] {
    Note note = note_with({cosign(body, name, key_of('w'), time_s)});
    std::string& bytes = **rc::gen::element(&note.body, &note.signatures[0].signature);
    const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
    bytes[at] = static_cast<char>(bytes[at] ^ *rc::gen::inRange(1, 256));
    RC_ASSERT(!open_cosignature(note, witness()));
  });
  EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace lp::tlog
