#include "core/receipt.h"

#include <gtest/gtest.h>

#include "core/log_reader.h"
#include "core/root_log.h"
#include "core/testing.h"
#include "evidence/verify_receipt.h"
#include "tlog/cosignature.h"
#include "tlog/tree.h"

namespace lp::core {
namespace {

using evidence::Finding;
using evidence::HumanClass;

// What a verifier pins of the project as it is now.
std::vector<evidence::Trust> trust_of(House& house) {
  const ProjectView& project = *house.engine->directory()->project(house.project);
  const auto genesis = house.engine->reader().roster(house.project, 1);
  evidence::Trust trust;
  trust.origin = project.row.origin;
  trust.roster_genesis = (*genesis)->sha256;
  trust.log_vkeys = {*tlog::VerifierKey::parse(project.log_vkey)};
  const auto directory = house.engine->directory();
  trust.root = evidence::RootLog{.origin = RootLog::origin_of(directory->log_name, ""),
                                 .log_vkeys = {*tlog::VerifierKey::parse(directory->root_vkey)}};
  return {trust};
}

std::expected<evidence::Receipt, NoReceipt> issued_receipt(House& house, std::uint64_t index,
                                                       std::uint64_t first_roster = 1) {
  const auto directory = house.engine->directory();
  return receipt_of(house.engine->reader(), *house.keys, *house.notary, *directory,
                    *directory->project(house.project),
                    {.index = index, .first_roster = first_roster});
}

evidence::ReceiptReport verified(House& house, std::uint64_t index) {
  const auto receipt = issued_receipt(house, index);
  EXPECT_TRUE(receipt.has_value()) << index;
  if (!receipt) return {};
  return verify_receipt(receipt->bytes(), trust_of(house), {});
}

std::uint64_t decision_of(House& house, const std::string& request) {
  return house.engine->request(request, {})->rows.state.leaf_index;
}

TEST(Receipts, ProveDecisionsOfPeople) {
  House house;
  for (const auto verdict : {evidence::Verdict::approve, evidence::Verdict::reject}) {
    const std::string request = house.asked();
    ASSERT_TRUE(house.decide(house.consider(request, verdict)));
    const auto report = verified(house, decision_of(house, request));
    EXPECT_EQ(report.verdict, Finding::valid) << report.text();
    EXPECT_EQ(report.human, HumanClass::device);
  }
}

TEST(Receipts, ProveAnEdit) {
  House house;
  const std::string request = house.asked();
  Considered considered = house.consider(request, evidence::Verdict::approve);
  considered.edit = R"({"sql": "SELECT 1"})";
  ASSERT_TRUE(house.decide(considered));
  const auto report = verified(house, decision_of(house, request));
  EXPECT_EQ(report.verdict, Finding::valid) << report.text();
  EXPECT_EQ(report.statement->type, evidence::EventType::decision_approved_with_modifications);
}

TEST(Receipts, ProveEveryEventOfALogWhateverItsSize) {
  House house;
  std::string request;
  for (int i = 0; i < 90; ++i) {
    request = house.asked();
    if (i % 30 == 0) {
      ASSERT_TRUE(house.decide(house.consider(request, evidence::Verdict::approve)));
    }
  }
  const std::uint64_t size =
      house.engine->directory()->project(house.project)->live->signed_size.load();
  ASSERT_GT(size, 90u);
  for (std::uint64_t index = 0; index < size; ++index) {
    const auto report = verified(house, index);
    EXPECT_EQ(report.verdict, Finding::valid) << index << "\n" << report.text();
  }
}

TEST(Receipts, EndWhereNothingIsSigned) {
  House house;
  const std::uint64_t size =
      house.engine->directory()->project(house.project)->live->signed_size.load();
  EXPECT_TRUE(issued_receipt(house, size - 1));
  EXPECT_EQ(issued_receipt(house, size).error(), NoReceipt::unknown);
  EXPECT_EQ(issued_receipt(house, ~std::uint64_t{0}).error(), NoReceipt::unknown);
}

TEST(Receipts, AreNotMadeOfWhatWasAltered) {
  House house;
  const std::string request = house.asked();
  const std::uint64_t index = decision_of(house, request);
  house.close();
  house.edit_database(
      "DROP TRIGGER request_is_not_changed; UPDATE request SET details_sealed = x'00' WHERE id = "
      "'" +
      request + "'");
  house.open();
  EXPECT_EQ(issued_receipt(house, index).error(), NoReceipt::incomplete);
}

TEST(Receipts, NeedTheRosterThatTheStatementNames) {
  House house;
  const std::string request = house.asked();
  EXPECT_EQ(issued_receipt(house, decision_of(house, request), 2).error(), NoReceipt::incomplete);
}

TEST(Receipts, ProveWhatBecameOfAHandoff) {
  House house;
  const std::string request = house.asked();
  const evidence::Actor actor{.id = house.api_key,
                              .kind = evidence::ActorKind::api_key,
                              .method = evidence::ActorMethod::api_key,
                              .key = house.api_key};
  const auto agent = house.engine->run(RegisterAgent{.project = house.project,
                                                     .handle = "next",
                                                     .made_by = house.member,
                                                     .public_key = {},
                                                     .by = {.actor = actor}});
  ASSERT_TRUE(agent);
  const auto made = house.engine->run(CreateHandoff{.project = house.project,
                                                    .request = request,
                                                    .api_key = house.api_key,
                                                    .downstream = agent->agent_id,
                                                    .commitment = {},
                                                    .proof = {}});
  ASSERT_TRUE(made);
  const auto view = house.engine->handoff(made->delivery_id, house.project);
  ASSERT_TRUE(view);
  ASSERT_FALSE(view->events.empty());
  for (const auto& event : view->events) {
    const auto report = verified(house, event.leaf_index);
    EXPECT_EQ(report.verdict, Finding::valid) << report.text();
  }
}

TEST(Receipts, AreTheSameBytesWithinAReply) {
  House house;
  const std::string request = house.asked();
  const auto directory = house.engine->directory();
  const ReceiptWish wish{.index = decision_of(house, request)};
  const auto value = receipt_json(house.engine->reader(), *house.keys, *house.notary, *directory,
                                  *directory->project(house.project), wish);
  ASSERT_TRUE(value);
  EXPECT_EQ(json::compact(*value), issued_receipt(house, wish.index)->bytes());
}

TEST(LogReader, FindsLeavesByTheirHashAndProvesTrees) {
  House house;
  house.asked();
  const auto directory = house.engine->directory();
  const ProjectView& project = *directory->project(house.project);
  auto log = LogReader::open(house.engine->reader(), project);
  ASSERT_TRUE(log);
  for (std::uint64_t index = 0; index < log->size(); ++index) {
    const auto leaf = house.engine->reader().leaf(house.project, index);
    EXPECT_EQ(log->find((*leaf)->leaf_hash), index);
    EXPECT_TRUE(log->inclusion(index, log->size()));
    EXPECT_FALSE(log->inclusion(index, index));
    EXPECT_TRUE(log->consistency(index, log->size()));
  }
  EXPECT_FALSE(log->find(crypto::sha256("no leaf")));
  EXPECT_FALSE(log->inclusion(0, log->size() + 1));
  EXPECT_FALSE(log->consistency(0, log->size() + 1));
}

// A witness that cosigns whatever it is shown.
struct Notary {
  crypto::Ed25519Key key = crypto::Ed25519Key::from_seed(std::string(32, 'n'));
  std::string name = "w.example";

  [[nodiscard]] tlog::CosignerKey vkey() const {
    return tlog::CosignerKey::make(name, key.public_key());
  }
  [[nodiscard]] std::string policy() const {
    return "witness n " + vkey().to_string() + " https://w.example/\nquorum n\n";
  }
  void cosign(House& house, LiveLog& log) const {
    const std::string note = *log.checkpoint.load();
    const auto time_s = static_cast<std::uint64_t>(house.clock.now().ms / 1'000);
    const auto line = tlog::cosign(tlog::Note::parse(note)->body, name, key, time_s);
    log.cosigned.store(std::make_shared<const std::string>(note + line.to_string()));
  }
};

void let_a_round_pass(House& house) {
  house.clock.advance_ms(1'000);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(house.engine->run(AcceptClock{}).has_value());
}

std::vector<evidence::Trust> full_trust(House& house, const Notary& notary) {
  auto trusts = trust_of(house);
  trusts[0].witnesses = evidence::WitnessPolicy{.quorum = 1, .witnesses = {notary.vkey()}};
  return trusts;
}

evidence::ReceiptReport fully_verified(House& house, const Notary& notary, std::uint64_t index) {
  const auto receipt = issued_receipt(house, index);
  EXPECT_TRUE(receipt.has_value()) << index;
  if (!receipt) return {};
  return verify_receipt(receipt->bytes(), full_trust(house, notary), {});
}

TEST(Receipts, CarryTheEntryOfTheRootLogOnceThereIsOne) {
  House house;
  house.asked();
  const std::uint64_t index =
      house.engine->directory()->project(house.project)->live->signed_size - 1;
  EXPECT_FALSE(issued_receipt(house, index)->anchor.has_value());
  let_a_round_pass(house);
  EXPECT_TRUE(issued_receipt(house, index)->anchor.has_value());
  const auto report = fully_verified(house, {}, index);
  EXPECT_EQ(report.verdict, Finding::valid) << report.text();
  EXPECT_EQ(report.log, evidence::LogLevel::logged);
}

TEST(Receipts, AreWitnessedWhenTheProjectsCheckpointIs) {
  House house;
  const Notary notary;
  ASSERT_TRUE(house.engine->run(SetWitnessPolicy{.policy = notary.policy()}).has_value());
  const std::string request = house.asked();
  ASSERT_TRUE(house.decide(house.consider(request, evidence::Verdict::approve)));
  const std::uint64_t index = decision_of(house, request);
  EXPECT_EQ(fully_verified(house, notary, index).log, evidence::LogLevel::logged);
  notary.cosign(house, *house.engine->directory()->project(house.project)->live);
  house.asked();  // the newest checkpoint is another one now
  const auto report = fully_verified(house, notary, index);
  EXPECT_EQ(report.verdict, Finding::valid) << report.text();
  EXPECT_EQ(report.log, evidence::LogLevel::witnessed);
}

TEST(Receipts, AreWitnessedWhenTheRootLogIsAndStandOnTheCheckpointThatItAnchors) {
  House house;
  const Notary notary;
  ASSERT_TRUE(house.engine->run(SetWitnessPolicy{.policy = notary.policy()}).has_value());
  const std::string request = house.asked();
  ASSERT_TRUE(house.decide(house.consider(request, evidence::Verdict::approve)));
  const std::uint64_t index = decision_of(house, request);
  let_a_round_pass(house);
  notary.cosign(house, *house.engine->directory()->root);
  // Both logs go on: neither of their newest heads is the one that was witnessed.
  house.asked();
  let_a_round_pass(house);
  const auto report = fully_verified(house, notary, index);
  EXPECT_EQ(report.verdict, Finding::valid) << report.text();
  EXPECT_EQ(report.log, evidence::LogLevel::witnessed);
  // What came after it is anchored, and witnessed by nobody yet.
  const std::uint64_t newest =
      house.engine->directory()->project(house.project)->live->signed_size - 1;
  const auto later = fully_verified(house, notary, newest);
  EXPECT_EQ(later.verdict, Finding::valid) << later.text();
  EXPECT_EQ(later.log, evidence::LogLevel::logged);
}

TEST(Receipts, CarryCosignaturesOfWitnessesThatTheTrustFileNamesOnly) {
  House house;
  const Notary notary;
  const Notary other{.key = crypto::Ed25519Key::from_seed(std::string(32, 'o')),
                     .name = "other.example"};
  const std::string both = "witness o " + other.vkey().to_string() + " https://o.example/\n";
  ASSERT_TRUE(house.engine->run(SetWitnessPolicy{.policy = both + notary.policy()}).has_value());
  house.asked();
  const auto& live = house.engine->directory()->project(house.project)->live;
  const std::uint64_t index = live->signed_size - 1;
  notary.cosign(house, *live);
  const std::string cosigned = *live->cosigned.load();
  other.cosign(house, *live);
  const std::string line = live->cosigned.load()->substr(live->checkpoint.load()->size());
  live->cosigned.store(std::make_shared<const std::string>(cosigned + line));
  const auto receipt = issued_receipt(house, index);
  ASSERT_TRUE(receipt.has_value());
  EXPECT_EQ(receipt->logged.proof.checkpoint, cosigned);
  const auto report = fully_verified(house, notary, index);
  EXPECT_EQ(report.verdict, Finding::valid) << report.text();
  EXPECT_EQ(report.log, evidence::LogLevel::witnessed);
  // Nor any of a witness that is asked no more.
  ASSERT_TRUE(house.engine->run(SetWitnessPolicy{.policy = ""}).has_value());
  EXPECT_EQ(verify_receipt(issued_receipt(house, index)->bytes(), trust_of(house), {}).verdict,
            Finding::valid);
}

}  // namespace
}  // namespace lp::core
