#include "core/engine.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/testing.h"
#include "crypto/hash.h"
#include "evidence/leaf.h"
#include "json/parse.h"
#include "tlog/tile.h"

namespace lp::core {
namespace {

namespace fs = std::filesystem;

TEST(Engine, TakesARequestAndShowsItPending) {
  House house;
  const auto asked = house.engine->run(house.ask());
  ASSERT_TRUE(asked.has_value()) << to_string(asked.error().fault) << asked.error().detail;
  EXPECT_FALSE(asked->snapshot_key.has_value());
  const auto view = house.engine->request(asked->id, house.project);
  ASSERT_TRUE(view.has_value());
  EXPECT_EQ(view->state, approval::State::pending);
  EXPECT_EQ(view->rows.request.service, "db-agent");
  EXPECT_FALSE(house.engine->request(asked->id, "proj_another").has_value());
}

TEST(Engine, RefusesARequestThatNobodyCouldApprove) {
  House house(false);
  const auto asked = house.engine->run(house.ask());
  ASSERT_FALSE(asked.has_value());
  EXPECT_EQ(asked.error().fault, Fault::no_eligible_approver);
}

TEST(Engine, ApprovesWhatAPersonSignedAndClosesIt) {
  House house;
  const std::string request = house.asked();
  const auto done = house.decide(house.consider(request, evidence::Verdict::approve));
  ASSERT_TRUE(done.has_value()) << to_string(done.error().fault) << done.error().detail;
  EXPECT_EQ(house.state(request), approval::State::approved);
  const auto again = house.decide(house.consider(request, evidence::Verdict::reject));
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().refusal, approval::Refusal::already_closed);
}

TEST(Engine, GivesTheStoredAnswerForTheSameCoreAgain) {
  House house;
  const std::string request = house.asked();
  const auto command = sign_decision(house.consider(request, evidence::Verdict::approve),
                                     house.approver, house.clock.now(), house.entropy);
  ASSERT_TRUE(house.engine->run(*command).has_value());
  const auto replay = house.engine->run(*command);
  ASSERT_TRUE(replay.has_value());
  EXPECT_TRUE(replay->replay);
}

// Once from what the batch left in memory, and once from the store, after another batch.
TEST(Engine, TellsADecisionAsItIsStored) {
  House house;
  const std::string request = house.asked();
  auto considered = house.consider(request, evidence::Verdict::approve);
  considered.edit = R"({"sql":"SELECT 1"})";
  considered.reason = "only this";
  ASSERT_TRUE(house.decide(considered).has_value());
  const auto at_once = house.engine->request(request, {});
  ASSERT_TRUE(at_once.has_value());
  house.asked();
  const auto later = house.engine->request(request, {});
  ASSERT_TRUE(later.has_value());
  EXPECT_EQ(at_once->rows.request, later->rows.request);
  EXPECT_EQ(at_once->rows.delivery, later->rows.delivery);
  EXPECT_EQ(at_once->rows.state.mac, later->rows.state.mac);
  EXPECT_EQ(house.engine->keys().row_mac(at_once->rows.state), later->rows.state.mac);
  EXPECT_EQ(at_once->edited_payload, later->edited_payload);
  EXPECT_EQ(at_once->reason, "only this");
  EXPECT_EQ(later->reason, "only this");
}

TEST(Engine, TellsADeliveryAsSoonAsItIsNoted) {
  House house;
  const std::string request = house.asked();
  ASSERT_TRUE(house.decide(house.consider(request, evidence::Verdict::approve)).has_value());
  EXPECT_FALSE(house.engine->request(request, {})->rows.delivery.has_value());
  ASSERT_TRUE(
      house.engine->run(NoteDelivery{.project = house.project, .request = request, .how = "status"})
          .has_value());
  EXPECT_TRUE(house.engine->request(request, {})->rows.delivery.has_value());
}

TEST(Engine, RejectsUnseenWithoutTheContentKey) {
  House house;
  const std::string request = house.asked();
  auto considered = house.consider(request, evidence::Verdict::reject);
  considered.content_key.reset();
  considered.reason = "not today";
  ASSERT_TRUE(house.decide(considered).has_value());
  EXPECT_EQ(house.state(request), approval::State::rejected);
  EXPECT_EQ(house.engine->request(request, {})->reason, "not today");
}

TEST(Engine, PatchesWithAnEditInTheSameEnvelopeVersion) {
  House house;
  const std::string request = house.asked();
  auto considered = house.consider(request, evidence::Verdict::approve);
  considered.edit = R"({"sql":"SELECT 1"})";
  ASSERT_TRUE(house.decide(considered).has_value());
  EXPECT_EQ(house.state(request), approval::State::approved_with_modifications);
  const auto view = house.engine->request(request, {});
  const auto edit = json::parse(view->edited_payload);
  ASSERT_TRUE(edit.has_value());
  EXPECT_EQ(house.content_key.open(*seal::read_envelope(edit->root)), considered.edit);
}

// Its first version replaced, by the agent that asked.
Revise revision_of(House& house, const std::string& request) {
  Ingest fresh = house.ask();
  return {.project = house.project,
          .request = request,
          .api_key = house.api_key,
          .version = 1,
          .payload = std::move(fresh.payload),
          .envelope = std::move(fresh.envelope)};
}

TEST(Engine, MarksEveryStatementAboutARequestOfTheServersOwnAccount) {
  House house;
  Ingest ask = house.ask();
  ask.same_account = true;
  const auto asked = house.engine->run(ask);
  ASSERT_TRUE(asked.has_value());
  EXPECT_TRUE(asked->advisory);
  ASSERT_TRUE(house.decide(house.consider(asked->id, evidence::Verdict::approve)).has_value());
  EXPECT_EQ(house.engine->request(asked->id, {})->marks, std::vector<std::string>{"no_isolation"});
  const auto listed = house.engine->requests({.projects = {house.project}});
  EXPECT_EQ(listed.at(0).marks, std::vector<std::string>{"no_isolation"});
  std::size_t marked = 0;
  for (const auto& leaf : *house.engine->reader().leaves(house.project, 0, 100)) {
    const auto marks = evidence::read_statement(leaf.statement)->marks;
    EXPECT_EQ(std::ranges::count(marks, "no_isolation"), leaf.stream == asked->id ? 1 : 0);
    marked += leaf.stream == asked->id ? 1 : 0;
  }
  EXPECT_EQ(marked, 3U);  // created, reviewed, decided
  EXPECT_FALSE(house.engine->run(house.ask())->advisory);
}

TEST(Engine, MarksARequestFromTheRevisionOnThatCameFromTheServersOwnAccount) {
  House house;
  const std::string request = house.asked();
  Revise revise = revision_of(house, request);
  revise.same_account = true;
  EXPECT_TRUE(house.engine->run(revise)->advisory);
  // Whoever revises it next does not undo what the first could read and change.
  revise.version = 2;
  revise.same_account = false;
  EXPECT_TRUE(house.engine->run(revise)->advisory);
  EXPECT_EQ(house.engine->request(request, {})->marks, std::vector<std::string>{"no_isolation"});
  std::vector<bool> marked;
  for (const auto& leaf : *house.engine->reader().leaves(house.project, 0, 100)) {
    if (leaf.stream != request) continue;
    const auto marks = evidence::read_statement(leaf.statement)->marks;
    marked.push_back(std::ranges::count(marks, "no_isolation") == 1);
  }
  EXPECT_EQ(marked, (std::vector<bool>{false, true, true}));
}

TEST(Engine, KeepsPlaintextSealedAndCommitsToIt) {
  House house;
  Ingest ask = house.ask();
  ask.payload = plaintext;
  ask.envelope.reset();
  const auto asked = house.engine->run(ask);
  ASSERT_TRUE(asked.has_value());
  EXPECT_TRUE(asked->snapshot_key.has_value());
  const auto stored = house.engine->reader().request(asked->id);
  EXPECT_EQ((*stored)->request.payload.find("DROP"), std::string::npos);
  auto considered = house.consider(asked->id, evidence::Verdict::approve);
  considered.edit = R"({"sql":"SELECT 2"})";
  considered.reason = "too broad";
  const auto done = house.decide(considered);
  ASSERT_TRUE(done.has_value()) << to_string(done.error().fault) << done.error().detail;
  EXPECT_EQ(house.engine->request(asked->id, {})->edited_payload, considered.edit);
}

TEST(Engine, RefusesACoreThatDiffersInAnyMember) {
  House house;
  const std::string request = house.asked();
  const auto base = house.consider(request, evidence::Verdict::approve);
  const auto refused = [&](auto change) {
    Considered changed = base;
    change(changed.offer);
    auto command = sign_decision(changed, house.approver, house.clock.now(), house.entropy);
    return !house.engine->run(*command).has_value();
  };
  EXPECT_TRUE(refused([](auto& core) { core.version = 2; }));
  EXPECT_TRUE(refused([](auto& core) { core.level = evidence::Level::low; }));
  EXPECT_TRUE(refused([](auto& core) { core.aud = "elsewhere"; }));
  EXPECT_TRUE(refused([](auto& core) { core.request_sha256 = {}; }));
  EXPECT_TRUE(refused([](auto& core) { core.policy_sha256 = {}; }));
  EXPECT_TRUE(refused([](auto& core) { core.roster_sha256 = {}; }));
  EXPECT_TRUE(refused([](auto& core) { core.rule_sha256 = {}; }));
  EXPECT_TRUE(refused([](auto& core) { core.nonce = base64(std::string(38, 'n')); }));
  EXPECT_TRUE(refused([](auto& core) { core.expires_at = core.expires_at + 60'000; }));
  EXPECT_TRUE(refused([](auto& core) { core.approver = "mem_somebody"; }));
  EXPECT_EQ(house.state(request), approval::State::pending);
}

TEST(Engine, RefusesASignatureOfAnotherKey) {
  House house;
  const std::string request = house.asked();
  const auto stranger = crypto::P256Key::generate();
  const auto command = sign_decision(house.consider(request, evidence::Verdict::approve), stranger,
                                     house.clock.now(), house.entropy);
  const auto done = house.engine->run(*command);
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().fault, Fault::bad_signature);
}

TEST(Engine, ExpiresAtTheDeadlineAndNeverApprovesAfter) {
  House house;
  Ingest ask = house.ask();
  ask.decide_in_ms = 60'000;
  const std::string request = house.engine->run(ask)->id;
  const auto considered = house.consider(request, evidence::Verdict::approve);
  house.clock.advance_ms(60'000);
  const auto late = house.decide(considered);
  ASSERT_FALSE(late.has_value());
  EXPECT_EQ(house.state(request), approval::State::expired);
}

TEST(Engine, TellsWatchersWhatABatchMadeTrue) {
  House house;
  const Feed& feed = house.engine->feed();
  const auto after = [&feed](std::uint64_t position) { return *feed.since(position, 100); };
  const auto about = [&house](const std::string& request, std::uint64_t version,
                              approval::State state) {
    return Notice{.project = house.project,
                  .request = request,
                  .standing = Notice::Standing{.version = version, .state = state}};
  };
  std::uint64_t position = feed.end();
  const std::string request = house.asked();
  EXPECT_EQ(after(position), std::vector{about(request, 1, approval::State::pending)});
  position = feed.end();
  ASSERT_TRUE(house.decide(house.consider(request, evidence::Verdict::reject)).has_value());
  EXPECT_EQ(after(position), std::vector{about(request, 1, approval::State::rejected)});
  // Whatever changes who there is may change what somebody sees.
  position = feed.end();
  ASSERT_TRUE(house.engine->run(CreateProject{.name = "another"}).has_value());
  EXPECT_EQ(after(position), std::vector{Notice{}});
  // What was refused changed nothing.
  position = feed.end();
  EXPECT_FALSE(house.decide(house.consider(request, evidence::Verdict::approve)).has_value());
  EXPECT_EQ(feed.end(), position);
  const std::string run = feed.run();
  house.close();
  house.open();
  EXPECT_NE(house.engine->feed().run(), run);
  EXPECT_EQ(house.engine->feed().end(), 0U);
}

TEST(Engine, CollapsesTheSameIdempotencyKeyAndRefusesOtherContent) {
  House house;
  Ingest ask = house.ask();
  ask.idempotency_key = "run-1:call-1";
  const auto first = house.engine->run(ask);
  const auto second = house.engine->run(ask);
  ASSERT_TRUE(second.has_value());
  EXPECT_TRUE(second->replay);
  EXPECT_EQ(first->id, second->id);
  Ingest other = house.ask();
  other.idempotency_key = "run-1:call-1";
  const auto refused = house.engine->run(other);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().fault, Fault::idempotency_conflict);
}

TEST(Engine, RevisesCancelsAndTellsTheAgentApartFromOthers) {
  House house;
  const std::string request = house.asked();
  Revise revise = revision_of(house, request);
  revise.facts = R"({"verb":"DROP"})";
  ASSERT_EQ(house.engine->run(revise)->version, 2U);
  EXPECT_EQ(house.engine->request(request, {})->payload, revise.payload);
  EXPECT_EQ(house.engine->request(request, {})->facts, R"({"verb":"DROP"})");
  Cancel cancel{.project = house.project, .request = request, .api_key = "key_other"};
  EXPECT_EQ(house.engine->run(cancel).error().refusal, approval::Refusal::wrong_agent);
  cancel.api_key = house.api_key;
  ASSERT_TRUE(house.engine->run(cancel).has_value());
  EXPECT_EQ(house.state(request), approval::State::cancelled);
}

TEST(Engine, ContinuesItsLogAfterARestart) {
  House house;
  const std::string request = house.asked();
  const auto before = *house.engine->directory()->project(house.project)->live->checkpoint.load();
  house.close();
  house.open();
  EXPECT_EQ(*house.engine->directory()->project(house.project)->live->checkpoint.load(), before);
  ASSERT_TRUE(house.decide(house.consider(request, evidence::Verdict::approve)).has_value());
  EXPECT_EQ(house.state(request), approval::State::approved);
}

TEST(Engine, SignsWhatWasCommittedBeforeACrashOnceItIsChecked) {
  House house;
  // The signer's memory of before the request: as if the crash came between commit and signature.
  const auto lock_file = house.root / "signer" / "checkpoints";
  house.close();
  const auto saved = house.root / "saved";
  fs::copy_file(lock_file, saved);
  house.open();
  const std::string request = house.asked();
  house.close();
  fs::copy_file(saved, lock_file, fs::copy_options::overwrite_existing);
  house.open();
  EXPECT_EQ(house.state(request), approval::State::pending);
}

TEST(Engine, FreezesALogThatIsBehindItsSigner) {
  House house;
  house.close();
  fs::copy_file(house.root / "letsping.db", house.root / "old.db");
  house.open();
  const std::string request = house.asked();
  house.close();
  fs::copy_file(house.root / "old.db", house.root / "letsping.db",
                fs::copy_options::overwrite_existing);
  fs::remove(house.root / "letsping.db-wal");
  house.open();
  const auto refused = house.engine->run(house.ask());
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().fault, Fault::log_frozen);
  EXPECT_FALSE(house.engine->request(request, {}).has_value());
}

TEST(Engine, NeverDatesAnEventBeforeTheOneBefore) {
  House house;
  house.asked();
  const auto time_of_newest = [&house] {
    const std::string request = house.asked();
    const auto view = house.engine->request(request, {});
    const auto leaf = house.engine->reader().leaf(house.project, view->rows.request.leaf_index);
    return evidence::read_statement((*leaf)->statement)->time;
  };
  const Instant before = time_of_newest();
  house.clock.set(before + -60'000);
  EXPECT_EQ(time_of_newest(), before) << "the clock went back a minute; the log does not";
  house.clock.set(before + 60'000);
  EXPECT_EQ(time_of_newest(), before + 60'000);
}

TEST(Engine, StopsDecidingWhenTheClockLeapsUntilItIsAccepted) {
  House house;
  const std::string request = house.asked();
  house.clock.set(house.clock.now() + 2 * 3'600'000);
  auto considered = house.consider(request, evidence::Verdict::approve);
  const auto refused = house.decide(considered);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().fault, Fault::clock_unsafe);
  ASSERT_TRUE(house.engine->run(AcceptClock{}).has_value());
  EXPECT_TRUE(house.decide(house.consider(request, evidence::Verdict::approve)).has_value());
}

}  // namespace
}  // namespace lp::core
