#include "core/batches.h"

#include <gtest/gtest.h>

#include "core/passkeys_testing.h"
#include "core/receipt.h"
#include "core/root_log.h"
#include "evidence/verify_receipt.h"
#include "identity/offer_nonce.h"

namespace lp::core {
namespace {

using approval::Refusal;
using evidence::Verdict;

struct Batches : Passkeys {
  std::string reason;

  std::vector<std::string> asked_for(std::size_t count, std::string_view priority = "high") {
    std::vector<std::string> requests;
    for (std::size_t at = 0; at < count; ++at) requests.push_back(asked_at(priority));
    return requests;
  }
  // As the page makes it: a core for each, and nothing signed yet.
  DecideBatch of(const std::vector<std::string>& requests, Verdict verdict = Verdict::approve) {
    DecideBatch batch;
    batch.reason = reason;
    for (const std::string& request : requests) {
      Considered considered = consider_with_passkey(request, verdict);
      considered.reason = reason;
      batch.items.push_back(
          {request, sign_decision(considered, approver, clock.now(), entropy)->core});
    }
    return batch;
  }
  void head(DecideBatch& batch, std::string_view action = "sql") {
    std::vector<std::string> cores;
    for (const auto& item : batch.items) cores.push_back(item.core);
    const auto first = evidence::DecisionCore::parse(cores.at(0));
    batch.head = evidence::BatchHead{.aud = first->aud,
                                     .service = "db-agent",
                                     .action = std::string(action),
                                     .rule_sha256 = first->rule_sha256,
                                     .size = cores.size(),
                                     .root = evidence::batch_root(cores)}
                     .bytes();
  }
  void by_passkey(DecideBatch& batch) {
    const auto answer = passkey.get(evidence::text_of_batch(batch.head).challenge);
    batch.signature = answer.signature;
    batch.passkey = {.authenticator_data = answer.authenticator_data,
                     .client_data = answer.client_data};
  }
  DecideBatch signed_over(const std::vector<std::string>& requests,
                          Verdict verdict = Verdict::approve) {
    DecideBatch batch = of(requests, verdict);
    head(batch);
    by_passkey(batch);
    return batch;
  }
  void change(DecideBatch& batch, std::size_t at, auto how) {
    auto core = *evidence::DecisionCore::parse(batch.items[at].core);
    how(core);
    batch.items[at].core = core.bytes();
  }
  std::optional<Refused> refusal_of(DecideBatch batch) {
    const auto done = engine->run(std::move(batch));
    EXPECT_FALSE(done.has_value());
    return done ? std::nullopt : std::optional(done.error());
  }
  evidence::Receipt receipt(const std::string& request) {
    const auto directory = engine->directory();
    const auto index = engine->request(request, {})->rows.state.leaf_index;
    return *receipt_of(engine->reader(), *keys, *notary, *directory, *directory->project(project),
                       {.index = index, .first_roster = 1});
  }
  evidence::ReceiptReport verified(const evidence::Receipt& receipt) {
    const auto directory = engine->directory();
    const ProjectView& view = *directory->project(project);
    evidence::Trust trust;
    trust.origin = view.row.origin;
    trust.roster_genesis = (*engine->reader().roster(project, 1))->sha256;
    trust.log_vkeys = {*tlog::VerifierKey::parse(view.log_vkey)};
    // Whether it is anchored by now is a matter of time.
    trust.root = evidence::RootLog{.origin = RootLog::origin_of(directory->log_name, ""),
                                   .log_vkeys = {*tlog::VerifierKey::parse(directory->root_vkey)}};
    trust.rp.emplace();
    for (const auto& party : relying_parties(*directory)) {
      trust.rp->push_back({.rp_id = party.rp_id, .origins = party.origins});
    }
    return evidence::verify_receipt(receipt.bytes(), {trust}, {});
  }
};

TEST(Batches, DecideEachRequestByOneSignatureAndEachReceiptHasItsOwnPath) {
  Batches house;
  const auto requests = house.asked_for(3);
  house.passkey.counter = 5;
  const auto done = house.engine->run(house.signed_over(requests));
  ASSERT_TRUE(done.has_value());
  ASSERT_EQ(done->items.size(), 3u);
  std::optional<std::string> signature;
  for (std::size_t at = 0; at < 3; ++at) {
    EXPECT_TRUE(done->items[at].has_value());
    EXPECT_EQ(house.state(requests[at]), approval::State::approved);
    const auto receipt = house.receipt(requests[at]);
    ASSERT_EQ(receipt.humans.size(), 1u);
    ASSERT_TRUE(receipt.humans[0].batch.has_value());
    EXPECT_EQ(receipt.humans[0].batch->index, at);
    if (signature) EXPECT_EQ(receipt.humans[0].signature, *signature);
    signature = receipt.humans[0].signature;
    const auto report = house.verified(receipt);
    EXPECT_EQ(report.verdict, evidence::Finding::valid) << report.text();
    EXPECT_EQ(report.human, evidence::HumanClass::passkey);
    auto without = receipt;
    without.humans[0].batch.reset();
    EXPECT_EQ(house.verified(without).verdict, evidence::Finding::invalid);
  }
  // One use of the passkey, which is not one that went back.
  EXPECT_EQ(house.row().counter, 5u);
  EXPECT_FALSE(house.row().flagged.has_value());
}

TEST(Batches, LeaveOutWhatChangedMeanwhileAndSayWhich) {
  Batches house;
  const auto requests = house.asked_for(4);
  DecideBatch batch = house.of(requests);
  house.head(batch);
  house.by_passkey(batch);
  ASSERT_TRUE(house.decide(house.consider(requests[1], Verdict::reject)).has_value());
  ASSERT_TRUE(house.engine
                  ->run(Cancel{.project = house.project,
                               .request = requests[2],
                               .api_key = house.api_key,
                               .reason = {}})
                  .has_value());
  const auto done = house.engine->run(batch);
  ASSERT_TRUE(done.has_value());
  EXPECT_TRUE(done->items[0].has_value());
  ASSERT_FALSE(done->items[1].has_value());
  EXPECT_EQ(done->items[1].error().refusal, Refusal::already_closed);
  EXPECT_EQ(done->items[1].error().request, requests[1]);
  EXPECT_EQ(done->items[2].error().refusal, Refusal::already_closed);
  EXPECT_TRUE(done->items[3].has_value());
  EXPECT_EQ(house.state(requests[1]), approval::State::rejected);
  EXPECT_EQ(house.state(requests[3]), approval::State::approved);
  EXPECT_EQ(house.verified(house.receipt(requests[3])).verdict, evidence::Finding::valid);
  // A lost reply is asked for again.
  const auto again = house.engine->run(std::move(batch));
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(again->items[0]->replay);
  EXPECT_FALSE(again->items[1].has_value());
  EXPECT_TRUE(again->items[3]->replay);
}

TEST(Batches, OfARunOutOfferDecideNothing) {
  Batches house;
  const auto requests = house.asked_for(2);
  DecideBatch batch = house.signed_over(requests);
  house.clock.advance_ms(identity::offer_ms);
  const auto done = house.engine->run(std::move(batch));
  ASSERT_TRUE(done.has_value());
  for (const auto& one : done->items) EXPECT_EQ(one.error().fault, Fault::offer_expired);
  EXPECT_EQ(house.state(requests[0]), approval::State::pending);
}

TEST(Batches, RejectWithOneReason) {
  Batches house;
  house.reason = "not on a Friday";
  const auto requests = house.asked_for(2);
  ASSERT_TRUE(house.engine->run(house.signed_over(requests, Verdict::reject)).has_value());
  for (const std::string& request : requests) {
    EXPECT_EQ(house.state(request), approval::State::rejected);
    EXPECT_EQ(house.verified(house.receipt(request)).verdict, evidence::Finding::valid);
  }
}

TEST(Batches, AreSignedByADeviceKeyBelowHigh) {
  Batches house;
  const auto requests = house.asked_for(2, "medium");
  DecideBatch batch;
  for (const std::string& request : requests) {
    const auto considered = house.consider(request, Verdict::approve);
    batch.items.push_back(
        {request,
         sign_decision(considered, house.approver, house.clock.now(), house.entropy)->core});
  }
  house.head(batch);
  DecideBatch other = batch;
  other.signature = house.approver.sign(evidence::device_signing_bytes(batch.head));
  EXPECT_EQ(house.refusal_of(std::move(other))->fault, Fault::bad_signature);
  batch.signature = house.approver.sign(evidence::text_of_batch(batch.head).device);
  ASSERT_TRUE(house.engine->run(std::move(batch)).has_value());
  const auto report = house.verified(house.receipt(requests[1]));
  EXPECT_EQ(report.verdict, evidence::Finding::valid) << report.text();
  EXPECT_EQ(report.human, evidence::HumanClass::device);
}

TEST(Batches, AtHighTakeAPasskey) {
  Batches house;
  const auto requests = house.asked_for(2);
  DecideBatch batch;
  for (const std::string& request : requests) {
    const auto considered = house.consider(request, Verdict::approve);
    batch.items.push_back(
        {request,
         sign_decision(considered, house.approver, house.clock.now(), house.entropy)->core});
  }
  house.head(batch);
  batch.signature = house.approver.sign(evidence::text_of_batch(batch.head).device);
  const auto done = house.engine->run(std::move(batch));
  ASSERT_TRUE(done.has_value());
  for (const auto& one : done->items) EXPECT_EQ(one.error().refusal, Refusal::passkey_needed);
}

TEST(Batches, OfAnotherActionAreRefusedEach) {
  Batches house;
  Ingest other = house.ask();
  other.action = "drop";
  other.priority = "high";
  const std::vector<std::string> requests = {house.asked_at("high"),
                                             house.engine->run(std::move(other))->id};
  const auto done = house.engine->run(house.signed_over(requests));
  ASSERT_TRUE(done.has_value());
  EXPECT_TRUE(done->items[0].has_value());
  EXPECT_EQ(done->items[1].error().fault, Fault::bad_core);
  EXPECT_EQ(house.state(requests[1]), approval::State::pending);
}

TEST(Batches, ThatAreNotOneListOfOnePersonDecideNothing) {
  Batches house;
  const auto requests = house.asked_for(2);
  const auto why = [&](auto how, bool sign = true) {
    DecideBatch batch = house.of(requests);
    house.head(batch);
    how(batch);
    if (sign) house.by_passkey(batch);
    const auto refused = house.refusal_of(std::move(batch));
    EXPECT_EQ(refused->fault, Fault::bad_core);
    return refused->detail;
  };
  EXPECT_EQ(why([](auto& batch) { batch.head = "{}"; }), "not the head of a batch");
  EXPECT_EQ(why([](auto& batch) { batch.items.pop_back(); }), "the batch is of another number");
  EXPECT_EQ(why([](auto& batch) { std::swap(batch.items[0], batch.items[1]); }),
            "the batch has another root");
  EXPECT_EQ(why([](auto& batch) { batch.items[1].core = "{}"; }),
            "not a decision core of its request");
  EXPECT_EQ(why([](auto& batch) { batch.items[1].request = batch.items[0].request; }),
            "not a decision core of its request");
  EXPECT_EQ(why([](auto& batch) { batch.items[1] = batch.items[0]; }),
            "a request stands twice in the batch");
  const auto changed = [&](auto how) {
    return why([&](auto& batch) {
      house.change(batch, 1, how);
      house.head(batch);
    });
  };
  EXPECT_EQ(changed([](auto& core) { core.level = evidence::Level::critical; }),
            "what is critical is decided alone, never in a batch");
  EXPECT_EQ(changed([](auto& core) { core.base = core.payload; }),
            "an edit is decided alone, never in a batch");
  EXPECT_EQ(changed([](auto& core) { core.verdict = Verdict::reject; }),
            "the batch decides in more than one way");
  EXPECT_EQ(changed([](auto& core) { core.approver = "mem_other"; }),
            "the batch is of more than one person or key");
  EXPECT_EQ(changed([](auto& core) { core.key = std::string(64, 'a'); }),
            "the batch is of more than one person or key");
  EXPECT_EQ(changed([](auto& core) { core.rule_sha256 = crypto::sha256("two"); }),
            "the batch is of more than one rule");
  EXPECT_EQ(changed([](auto& core) { core.aud = "other/p/00"; }),
            "the batch is for more than one log");
  EXPECT_EQ(why([&](auto& batch) {
              batch.session = {.member = "mem_other", .key = "key"};
            }),
            "the approver is not who is signed in");
  for (const std::string& request : requests) {
    EXPECT_EQ(house.state(request), approval::State::pending);
  }
}

TEST(Batches, ByAnotherSignatureDecideNothing) {
  Batches house;
  const auto requests = house.asked_for(2);
  DecideBatch batch = house.of(requests);
  house.head(batch);
  // As a decision, as another batch, by a key that is not enrolled.
  const auto answer = house.passkey.get(evidence::decision_challenge(batch.head));
  batch.signature = answer.signature;
  batch.passkey = {.authenticator_data = answer.authenticator_data,
                   .client_data = answer.client_data};
  EXPECT_EQ(house.refusal_of(batch)->fault, Fault::bad_signature);
  const DecideBatch other = house.signed_over(requests);
  batch.signature = other.signature;
  batch.passkey = other.passkey;
  EXPECT_EQ(house.refusal_of(batch)->fault, Fault::bad_signature);
  batch.passkey.reset();
  EXPECT_EQ(house.refusal_of(batch)->fault, Fault::bad_signature);
  house.revoke();
  house.by_passkey(batch);
  EXPECT_EQ(house.refusal_of(batch)->refusal, Refusal::not_a_reviewer);
  EXPECT_EQ(house.state(requests[0]), approval::State::pending);
}

TEST(Batches, StandInALogThatIsRecovered) {
  Batches house;
  const auto requests = house.asked_for(2);
  ASSERT_TRUE(house.engine->run(house.signed_over(requests)).has_value());
  house.close();
  house.open();
  EXPECT_EQ(house.verified(house.receipt(requests[0])).verdict, evidence::Finding::valid);
}

}  // namespace
}  // namespace lp::core
