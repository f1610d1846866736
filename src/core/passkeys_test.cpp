#include "core/passkeys.h"

#include <gtest/gtest.h>

#include "core/passkeys_testing.h"
#include "core/receipt.h"
#include "core/root_log.h"
#include "evidence/verify_receipt.h"
#include "identity/terminal_place.h"

namespace lp::core {
namespace {

using approval::Refusal;
using evidence::Verdict;

Fault fault_of(const std::expected<Decide::Result, Refused>& result) {
  EXPECT_FALSE(result.has_value());
  return result ? Fault::unknown : result.error().fault;
}
std::optional<Refusal> refusal_of(const std::expected<Decide::Result, Refused>& result) {
  EXPECT_FALSE(result.has_value());
  return result ? std::nullopt : result.error().refusal;
}

evidence::ReceiptReport verified(Passkeys& house, const std::string& request) {
  const auto directory = house.engine->directory();
  const ProjectView& project = *directory->project(house.project);
  const auto index = house.engine->request(request, {})->rows.state.leaf_index;
  const auto receipt = receipt_of(house.engine->reader(), *house.keys, *house.notary, *directory,
                                  project, {.index = index, .first_roster = 1});
  EXPECT_TRUE(receipt.has_value());
  evidence::Trust trust;
  trust.origin = project.row.origin;
  trust.roster_genesis = (*house.engine->reader().roster(house.project, 1))->sha256;
  trust.log_vkeys = {*tlog::VerifierKey::parse(project.log_vkey)};
  trust.rp.emplace();
  for (const auto& party : relying_parties(*directory)) {
    trust.rp->push_back({.rp_id = party.rp_id, .origins = party.origins});
  }
  return evidence::verify_receipt(receipt->bytes(), {trust}, {});
}

TEST(Passkeys, ComeIntoARosterByAnOwnersSignatureAndOwnNothing) {
  Passkeys house;
  const evidence::RosterEntry entry = house.entries().back();
  EXPECT_EQ(entry.key_class, "passkey");
  EXPECT_EQ(entry.rp_id, "localhost");
  EXPECT_EQ(house.view().roster->owners, std::vector{house.approver.spki()});
  EXPECT_TRUE(house.view().roster->single_operator);
  EXPECT_EQ(house.row().purpose, decision_purpose);
  EXPECT_EQ(house.row().credential, house.passkey.credential);
  const auto device =
      house.engine->directory()->devices.at(evidence::key_id(house.passkey.key.spki()));
  EXPECT_EQ(device.key_class, "passkey");
  EXPECT_EQ(passkey_origins(*house.engine->directory(), "localhost"),
            std::vector<std::string>{"http://localhost:8400"});
}

TEST(Passkeys, ComeOnlyAsTheyWereRegistered) {
  Passkeys house(false);
  const auto wish = house.wish_for(house.passkey);
  // Nobody has asked for it.
  EXPECT_EQ(house.refusal_of(house.next(house.after(wish))), Fault::roster_mismatch);
  // Another host, model or key than the registration's.
  const auto proposal = house.proposed(wish);
  const auto signs_other = [&](auto change) {
    evidence::RosterWish other = wish;
    change(other);
    ChangeRosters command = house.next(house.after(other));
    command.proposal = proposal.id;
    return house.refusal_of(std::move(command));
  };
  EXPECT_EQ(signs_other([](auto& other) { other.passkey->rp_id = "phish.example"; }),
            Fault::roster_mismatch);
  EXPECT_EQ(signs_other([](auto& other) { other.passkey->aaguid = "another"; }),
            Fault::roster_mismatch);
  EXPECT_EQ(signs_other([](auto& other) { other.spki = crypto::P256Key::generate().spki(); }),
            Fault::roster_mismatch);
  EXPECT_TRUE(house.engine->run(house.as_signed(proposal)).has_value());
}

TEST(Passkeys, AreEnrolledOnce) {
  Passkeys house;
  const auto again = house.engine->run(ProposeRoster{.wish = house.wish_for(house.passkey)});
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().fault, Fault::passkey_known);
  identity::SoftPasskey same_credential;
  const auto taken = house.engine->run(ProposeRoster{.wish = house.wish_for(same_credential)});
  ASSERT_FALSE(taken.has_value());
  EXPECT_EQ(taken.error().fault, Fault::passkey_known);
}

TEST(Passkeys, ApproveWhatIsHighAndTheReceiptSaysSo) {
  Passkeys house;
  const std::string request = house.asked_at("high");
  ASSERT_TRUE(house.decide_by_passkey(request).has_value());
  const auto view = house.engine->request(request, {});
  EXPECT_EQ(view->state, approval::State::approved);
  EXPECT_EQ(view->rows.state.method, "passkey");
  const auto report = verified(house, request);
  EXPECT_EQ(report.verdict, evidence::Finding::valid) << report.text();
  EXPECT_EQ(report.human, evidence::HumanClass::passkey);
}

TEST(Passkeys, ApproveWhatIsLowerToo) {
  Passkeys house;
  const std::string request = house.asked();
  ASSERT_TRUE(house.decide_by_passkey(request).has_value());
  EXPECT_EQ(verified(house, request).human, evidence::HumanClass::passkey);
}

TEST(Passkeys, OfATerminalAreSecurityKeysInTheLogAndClassAInTheReceipt) {
  Passkeys house(false);
  house.passkey.rp_id = house.passkey.origin =
      identity::terminal_place(house.engine->directory()->log_name);
  house.enrol();
  const std::string request = house.asked_at("high");
  ASSERT_TRUE(house.decide_by_passkey(request).has_value());
  EXPECT_EQ(house.engine->request(request, {})->rows.state.method, "fido2");
  const auto report = verified(house, request);
  EXPECT_EQ(report.verdict, evidence::Finding::valid) << report.text();
  EXPECT_EQ(report.human, evidence::HumanClass::passkey);
}

TEST(Passkeys, OfATerminalSignNothingOnAPage) {
  Passkeys house(false);
  house.passkey.rp_id = house.passkey.origin =
      identity::terminal_place(house.engine->directory()->log_name);
  house.enrol();
  house.passkey.origin = "http://localhost:8400";
  const std::string request = house.asked_at("high");
  EXPECT_FALSE(house.decide_by_passkey(request).has_value());
  EXPECT_EQ(house.state(request), approval::State::pending);
}

TEST(Passkeys, AreNeededFromHighOnAndARejectionIsNot) {
  Passkeys house;
  const std::string request = house.asked_at("high");
  const auto by_device = house.decide(house.consider(request, Verdict::approve));
  EXPECT_EQ(refusal_of(by_device), Refusal::passkey_needed);
  EXPECT_EQ(house.state(request), approval::State::pending);
  EXPECT_TRUE(house.decide(house.consider(request, Verdict::reject)).has_value());
  EXPECT_EQ(house.state(request), approval::State::rejected);
}

TEST(Passkeys, ApproveAtCriticalWithAReasonWhereNobodyElseIs) {
  Passkeys house;
  const std::string request = house.asked_at("critical");
  Considered considered = house.consider_with_passkey(request, Verdict::approve);
  EXPECT_EQ(refusal_of(house.engine->run(house.signed_by_passkey(considered))),
            Refusal::reason_needed);
  considered = house.consider_with_passkey(request, Verdict::approve);
  considered.reason = "  eleven char   ";
  EXPECT_EQ(refusal_of(house.engine->run(house.signed_by_passkey(considered))),
            Refusal::reason_needed);
  considered = house.consider_with_passkey(request, Verdict::approve);
  considered.reason = "twelve chars";
  ASSERT_TRUE(house.engine->run(house.signed_by_passkey(considered)).has_value());
  EXPECT_EQ(house.state(request), approval::State::approved);
  const auto report = verified(house, request);
  EXPECT_EQ(report.verdict, evidence::Finding::valid) << report.text();
}

TEST(Passkeys, AreAskedOfTwoPeopleAtCriticalOnceTheProjectIsATeam) {
  Passkeys house;
  const std::string request = house.asked_at("critical");
  ASSERT_TRUE(house.engine->run(house.next(house.with_bob())).has_value());
  Considered considered = house.consider_as_bob(request, Verdict::approve);
  considered.reason = "twelve chars";
  EXPECT_EQ(refusal_of(house.decide_as_bob(considered)), Refusal::passkey_needed);
  // The owner of the agent does not count, so one person is left where two are needed.
  Ingest command = house.ask();
  command.priority = "critical";
  const auto asked = house.engine->run(std::move(command));
  ASSERT_FALSE(asked.has_value());
  EXPECT_EQ(asked.error().fault, Fault::no_eligible_approver);
}

TEST(Passkeys, SignNothingButTheDecisionInFrontOfThem) {
  Passkeys house;
  const std::string request = house.asked_at("high");
  const auto command = [&] {
    return house.signed_by_passkey(house.consider_with_passkey(request, Verdict::approve));
  };
  // A login's answer, an assertion over another core, and one without its parts.
  Decide login = command();
  const auto answer = house.passkey.get(crypto::sha256(evidence::login_signing_bytes(login.core)));
  login.signature = answer.signature;
  login.passkey = {.authenticator_data = answer.authenticator_data,
                   .client_data = answer.client_data};
  EXPECT_EQ(fault_of(house.engine->run(std::move(login))), Fault::bad_signature);
  Decide other = command();
  other.core = command().core;
  EXPECT_EQ(fault_of(house.engine->run(std::move(other))), Fault::bad_signature);
  Decide bare = command();
  bare.passkey.reset();
  EXPECT_EQ(fault_of(house.engine->run(std::move(bare))), Fault::bad_signature);
  // A device key that claims to be one.
  Decide device = *sign_decision(house.consider(request, Verdict::approve), house.approver,
                                 house.clock.now(), house.entropy);
  device.passkey = command().passkey;
  EXPECT_EQ(fault_of(house.engine->run(std::move(device))), Fault::bad_signature);
  EXPECT_EQ(house.state(request), approval::State::pending);
}

TEST(Passkeys, SignNothingOnAnotherPageForAnotherHostOrForNobody) {
  Passkeys house;
  const std::string request = house.asked_at("high");
  const auto refused = [&] { return fault_of(house.decide_by_passkey(request)); };
  house.passkey.origin = "https://phish.example";
  EXPECT_EQ(refused(), Fault::bad_signature);
  house.passkey.origin = "http://localhost:8400";
  house.passkey.rp_id = "phish.example";
  EXPECT_EQ(refused(), Fault::bad_signature);
  house.passkey.rp_id = "localhost";
  house.passkey.flags = identity::user_present;
  EXPECT_EQ(refused(), Fault::bad_signature);
  house.passkey.flags = identity::user_present | identity::user_verified;
  EXPECT_TRUE(house.decide_by_passkey(request).has_value());
}

TEST(Passkeys, CountNoMoreOnceTheyAreRemoved) {
  Passkeys house;
  const std::string request = house.asked_at("high");
  const auto command =
      house.signed_by_passkey(house.consider_with_passkey(request, Verdict::approve));
  house.revoke();
  EXPECT_TRUE(house.row().removed.has_value());
  EXPECT_EQ(refusal_of(house.engine->run(command)), Refusal::not_a_reviewer);
  EXPECT_TRUE(passkey_origins(*house.engine->directory(), "localhost").empty());
  // What it signed before is still verified by where it was used.
  EXPECT_EQ(relying_parties(*house.engine->directory()).size(), 1U);
}

TEST(Passkeys, KeepTheirCounterAndAreFlaggedWhenItGoesBack) {
  Passkeys house;
  house.passkey.counter = 9;
  ASSERT_TRUE(house.decide_by_passkey(house.asked_at("high")).has_value());
  EXPECT_EQ(house.row().counter, 9U);
  EXPECT_FALSE(house.row().flagged.has_value());
  house.passkey.counter = 3;
  ASSERT_TRUE(house.decide_by_passkey(house.asked_at("high")).has_value());
  ASSERT_TRUE(house.row().flagged.has_value());
  house.close();
  house.open();
  EXPECT_EQ(house.row().counter, 3U);
  EXPECT_TRUE(house.row().flagged.has_value());
}

TEST(Passkeys, TellTheSameAnswerTwiceForALostReply) {
  Passkeys house;
  const std::string request = house.asked_at("high");
  const auto command =
      house.signed_by_passkey(house.consider_with_passkey(request, Verdict::approve));
  ASSERT_TRUE(house.engine->run(command).has_value());
  const auto again = house.engine->run(command);
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(again->replay);
}

TEST(Passkeys, AreCheckedAgainBeforeALeafThatTheyStandBehindIsSigned) {
  Passkeys house;
  const std::string request = house.asked_at("high");
  const auto command =
      house.signed_by_passkey(house.consider_with_passkey(request, Verdict::approve));
  const auto lock_file = house.root / "signer" / "checkpoints";
  const auto saved = house.root / "saved";
  house.close();
  std::filesystem::copy_file(lock_file, saved);
  house.open();
  ASSERT_TRUE(house.engine->run(command).has_value());
  house.close();
  std::filesystem::copy_file(saved, lock_file, std::filesystem::copy_options::overwrite_existing);
  house.open();
  EXPECT_EQ(house.state(request), approval::State::approved);
}

TEST(Passkeys, AreGuardedByTheSealOfTheDirectory) {
  Passkeys house;
  house.close();
  house.edit_database("UPDATE passkey SET origin = 'https://phish.example'");
  EXPECT_FALSE(house.try_open().has_value());
}

struct SigningIn : Passkeys {
  identity::SoftPasskey login;

  SigningIn() { login.credential = std::string(20, 'l'); }

  std::expected<AddLoginPasskey::Result, Refused> add() {
    store::Passkey row{.member = member,
                       .credential = login.credential,
                       .spki = login.key.spki(),
                       .rp_id = login.rp_id,
                       .origin = login.origin};
    return engine->run(AddLoginPasskey{.passkey = row, .by = evidence::key_id(approver.spki())});
  }
  [[nodiscard]] std::string key() const { return evidence::key_id(login.key.spki()); }
};

TEST(LoginPasskeys, OpenASessionThatSeesWhatTheirMemberSees) {
  SigningIn house;
  ASSERT_TRUE(house.add().has_value());
  const auto directory = house.engine->directory();
  ASSERT_NE(login_passkey(*directory, house.login.credential), nullptr);
  EXPECT_EQ(login_passkey(*directory, house.passkey.credential), nullptr);
  EXPECT_TRUE(shows(*directory, house.view(), house.member, house.key()));
  EXPECT_FALSE(shows(*directory, house.view(), house.bob, house.key()));
  const auto opened = house.engine->run(OpenSession{
      .member = house.member, .key = house.key(), .passkey = identity::PasskeyUse{.counter = 4}});
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(house.engine->directory()->passkeys.at(house.key()).counter, 4U);
}

TEST(LoginPasskeys, DecideNothing) {
  SigningIn house;
  ASSERT_TRUE(house.add().has_value());
  EXPECT_EQ(decision_passkeys(*house.engine->directory(), house.view(), house.member).size(), 1U);
  const std::string request = house.asked_at("high");
  std::swap(house.passkey.key, house.login.key);
  const auto refused = house.decide_by_passkey(request);
  EXPECT_EQ(refusal_of(refused), Refusal::not_a_reviewer);
  // And one that decides opens no session.
  std::swap(house.passkey.key, house.login.key);
  const auto opened =
      house.engine->run(OpenSession{.member = house.member,
                                    .key = evidence::key_id(house.passkey.key.spki()),
                                    .passkey = identity::PasskeyUse{}});
  EXPECT_FALSE(opened.has_value());
  const auto as_device = house.engine->run(
      OpenSession{.member = house.member, .key = evidence::key_id(house.passkey.key.spki())});
  EXPECT_FALSE(as_device.has_value());
}

TEST(LoginPasskeys, AreAddedOnceAndGoWhenTheirMemberTakesThemAway) {
  SigningIn house;
  ASSERT_TRUE(house.add().has_value());
  EXPECT_EQ(house.add().error().fault, Fault::passkey_known);
  const RemoveLoginPasskey wrong{.member = house.bob, .key = house.key(), .by = "x"};
  EXPECT_EQ(house.engine->run(wrong).error().fault, Fault::unknown);
  const RemoveLoginPasskey command{.member = house.member, .key = house.key(), .by = "x"};
  ASSERT_TRUE(house.engine->run(command).has_value());
  EXPECT_EQ(house.engine->run(command).error().fault, Fault::already_revoked);
  const auto directory = house.engine->directory();
  EXPECT_EQ(login_passkey(*directory, house.login.credential), nullptr);
  EXPECT_FALSE(shows(*directory, house.view(), house.member, house.key()));
  EXPECT_FALSE(
      house.engine
          ->run(OpenSession{
              .member = house.member, .key = house.key(), .passkey = identity::PasskeyUse{}})
          .has_value());
}

}  // namespace
}  // namespace lp::core
