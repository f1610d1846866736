#include "core/permits.h"

#include <gtest/gtest.h>

#include <future>
#include <set>

#include "core/epochs.h"
#include "core/testing.h"
#include "crypto/hash.h"
#include "evidence/claim.h"
#include "json/parse.h"

namespace lp::core {
namespace {

constexpr const char* nonce = "0123456789abcdef0123";
constexpr const char* claim_key = "key-0123456789abcdef";

// A house with an executor, and what is asked of it.
struct Workshop {
  House house;
  std::string executor = executor_called("payments");

  std::string executor_called(const std::string& name) {
    return house.engine
        ->run(CreateKey{.project = house.project,
                        .role = identity::KeyRole::executor,
                        .name = name})
        ->id;
  }
  std::string asked(std::vector<std::string> capabilities = {"permit"}) {
    Ingest ask = house.ask();
    ask.capabilities = std::move(capabilities);
    const auto done = house.engine->run(std::move(ask));
    EXPECT_TRUE(done.has_value());
    return done ? done->id : "";
  }
  store::Permit permit_of(const std::string& request) {
    const auto row = house.engine->reader().permit_of(request);
    EXPECT_TRUE(row && *row);
    return row && *row ? **row : store::Permit{};
  }
  store::Permit approved(std::vector<std::string> capabilities = {"permit"}) {
    const std::string request = asked(std::move(capabilities));
    EXPECT_TRUE(house.decide(house.consider(request, evidence::Verdict::approve)).has_value());
    return permit_of(request);
  }
  ClaimPermit claim_of(const store::Permit& permit) {
    return {.project = house.project,
            .permit = permit.id,
            .executor = executor,
            .token_sha256 = crypto::sha256(permit.token),
            .nonce = nonce,
            .claim_key = claim_key};
  }
  auto claim(const store::Permit& permit) { return house.engine->run(claim_of(permit)); }
  auto report(const store::Permit& permit, std::string outcome, std::string key = claim_key) {
    return house.engine->run(ReportOutcome{.project = house.project,
                                           .permit = permit.id,
                                           .executor = executor,
                                           .claim_key = std::move(key),
                                           .outcome = std::move(outcome)});
  }
  // The statements of the request's stream, in order.
  std::vector<evidence::Statement> said(const std::string& request) {
    std::vector<evidence::Statement> found;
    for (const auto& leaf : *house.engine->reader().leaves(house.project, 0, 500)) {
      const auto statement = evidence::read_statement(leaf.statement);
      if (statement && statement->stream.id == request) found.push_back(*statement);
    }
    return found;
  }
  std::string state(const store::Permit& permit) { return permit_of(permit.request).state; }
  // One more batch, which sees what the clock says now.
  void tick() { house.asked(); }
  RaiseEpoch raise(std::string kind) {
    return {.project = house.project,
            .kind = std::move(kind),
            .agent = house.api_key,
            .service = "db-agent",
            .action = "sql",
            .reason = "incident 7",
            .actor = {.id = house.member,
                      .kind = evidence::ActorKind::member,
                      .method = evidence::ActorMethod::session,
                      .key = "k"}};
  }
};

template <typename T>
Fault fault_of(const std::expected<T, Refused>& result) {
  return result ? Fault::refused : result.error().fault;
}

json::Document claims_of(const std::string& jws) {
  auto document = json::parse(evidence::jws_payload(jws).value_or(""));
  EXPECT_TRUE(document.has_value());
  return *std::move(document);
}

TEST(Permits, SayWhatWasApprovedAndStandBehindTheDecision) {
  Workshop shop;
  const store::Permit permit = shop.approved();
  EXPECT_EQ(permit.executor, shop.executor);
  EXPECT_EQ(permit.expires - permit.issued, permit_use_ms);
  const auto view = shop.house.engine->request(permit.request, {});
  const auto document = claims_of(permit.token);
  const json::Value& claims = document.root;
  const ProjectView& project = *shop.house.engine->directory()->project(shop.house.project);
  EXPECT_EQ(claims.find_string("iss"), project.row.origin);
  EXPECT_EQ(claims.find_string("aud"), shop.executor);
  EXPECT_EQ(claims.find_string("jti"), permit.id);
  EXPECT_EQ(claims.find_integer("exp"), permit.expires.ms / 1'000);
  EXPECT_EQ(claims.find_string("request_id"), permit.request);
  EXPECT_EQ(claims.find_string("request_sha256"), view->rows.request.request_sha256.hex());
  EXPECT_EQ(claims.find("payload")->find_string("commit"),
            view->rows.state.state.current.commit->hex());
  EXPECT_EQ(claims.find_string("roster_sha256"), project.row.roster_sha256->hex());
  EXPECT_EQ(claims.find("reviews")->items().at(0).as_string(),
            view->rows.state.state.approvals.at(0).statement_sha256.hex());
  const auto said = shop.said(permit.request);
  ASSERT_EQ(said.size(), 4u);  // created, review, decision, permit
  EXPECT_EQ(said[2].type, evidence::EventType::decision_approved);
  EXPECT_EQ(said[2].permit->find_string("id"), permit.id);
  EXPECT_EQ(std::ranges::count(said[2].marks, "unbound_execution"), 0);
  EXPECT_EQ(said[3].type, evidence::EventType::permit_issued);
  EXPECT_EQ(said[3].permit->find_string("token_sha256"), crypto::sha256(permit.token).hex());
  // The decision is still what the request's row stands at, and what its receipt is of.
  EXPECT_EQ(view->rows.state.leaf_index + 1, permit.leaf_index);
}

TEST(Permits, AreForWhoAskedForOne) {
  Workshop shop;
  const std::string stock = shop.asked({});
  ASSERT_TRUE(shop.house.decide(shop.house.consider(stock, evidence::Verdict::approve)));
  EXPECT_FALSE(*shop.house.engine->reader().permit_of(stock));
  EXPECT_EQ(std::ranges::count(shop.said(stock).back().marks, "unbound_execution"), 1);
  const std::string refused = shop.asked();
  ASSERT_TRUE(shop.house.decide(shop.house.consider(refused, evidence::Verdict::reject)));
  EXPECT_FALSE(*shop.house.engine->reader().permit_of(refused));
  const std::string second = shop.executor_called("second");
  Ingest unclear = shop.house.ask();
  unclear.capabilities = {"permit"};
  EXPECT_EQ(fault_of(shop.house.engine->run(unclear)), Fault::executor_unknown);
  unclear.capabilities = {"permit:key_nobody"};
  EXPECT_EQ(fault_of(shop.house.engine->run(unclear)), Fault::executor_unknown);
  EXPECT_EQ(shop.approved({"permit:" + second}).executor, second);
  EXPECT_EQ(shop.approved({"permit:" + second, "defer"}).expires.ms -
                shop.house.clock.now().ms / 1'000 * 1'000,
            permit_deferred_ms);
}

TEST(Permits, AreClaimedOnceAndAnswerTheSameClaimWithTheSameBytes) {
  Workshop shop;
  const store::Permit permit = shop.approved();
  const auto first = shop.claim(permit);
  ASSERT_TRUE(first);
  const auto document = claims_of(first->answer);
  EXPECT_EQ(document.root.find_string("nonce"), nonce);
  EXPECT_EQ(document.root.find_string("jti"), permit.id);
  EXPECT_EQ(document.root.find_string("permit_sha256"), crypto::sha256(permit.token).hex());
  const auto again = shop.claim(permit);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->replay);
  EXPECT_EQ(again->answer, first->answer);
  ClaimPermit other = shop.claim_of(permit);
  other.claim_key = "another-key-0123456789";
  EXPECT_EQ(fault_of(shop.house.engine->run(other)), Fault::permit_used);
  other = shop.claim_of(permit);
  other.nonce = "another-nonce-0123456789";
  EXPECT_EQ(fault_of(shop.house.engine->run(other)), Fault::permit_used);
  const auto done = shop.report(permit, "succeeded");
  ASSERT_TRUE(done);
  EXPECT_TRUE(shop.report(permit, "succeeded")->replay);
  EXPECT_EQ(fault_of(shop.report(permit, "failed")), Fault::outcome_recorded);
  EXPECT_EQ(fault_of(shop.claim(permit)), Fault::permit_used) << "double spend";
  EXPECT_EQ(shop.said(permit.request).back().type, evidence::EventType::permit_succeeded);
}

TEST(Permits, OfSixtyFourClaimsOneWins) {
  Workshop shop;
  const store::Permit permit = shop.approved();
  std::vector<std::future<bool>> answers;
  for (int i = 0; i < 64; ++i) {
    ClaimPermit command = shop.claim_of(permit);
    command.claim_key += std::to_string(i);
    command.nonce += std::to_string(i);
    auto promise = std::make_shared<std::promise<bool>>();
    answers.push_back(promise->get_future());
    ASSERT_TRUE(shop.house.engine->submit<ClaimPermit>(
        std::move(command), [promise](const auto& result) {
          if (!result) {
            EXPECT_EQ(result.error().fault, Fault::permit_used);
          }
          promise->set_value(result.has_value());
        }));
  }
  int winners = 0;
  for (auto& answer : answers) winners += answer.get() ? 1 : 0;
  EXPECT_EQ(winners, 1);
}

TEST(Permits, SayWhyTheyCannotBeClaimed) {
  Workshop shop;
  const store::Permit permit = shop.approved();
  ClaimPermit edited = shop.claim_of(permit);
  edited.token_sha256 = crypto::sha256(permit.token + "x");
  EXPECT_EQ(fault_of(shop.house.engine->run(edited)), Fault::permit_edited);
  ClaimPermit foreign = shop.claim_of(permit);
  foreign.executor = shop.executor_called("other");
  EXPECT_EQ(fault_of(shop.house.engine->run(foreign)), Fault::permit_foreign);
  foreign.executor = shop.house.api_key;
  EXPECT_EQ(fault_of(shop.house.engine->run(foreign)), Fault::unknown) << "no executor at all";
  ClaimPermit elsewhere = shop.claim_of(permit);
  elsewhere.project = shop.house.engine->run(CreateProject{.name = "other"})->id;
  EXPECT_EQ(fault_of(shop.house.engine->run(elsewhere)), Fault::unknown);
  EXPECT_EQ(fault_of(shop.report(permit, "succeeded")), Fault::permit_unclaimed);
  // The deadline rules, not the timer: at that very moment it is over.
  shop.house.clock.set(permit.expires);
  EXPECT_EQ(fault_of(shop.claim(permit)), Fault::permit_expired);
  shop.tick();
  EXPECT_EQ(shop.state(permit), "expired");
  EXPECT_EQ(fault_of(shop.claim(permit)), Fault::permit_expired);
  EXPECT_EQ(shop.said(permit.request).back().type, evidence::EventType::permit_expired);
}

TEST(Permits, AreClaimableUntilTheLastMoment) {
  Workshop shop;
  const store::Permit permit = shop.approved();
  shop.house.clock.set({permit.expires.ms - 1});
  EXPECT_TRUE(shop.claim(permit));
}

TEST(Permits, WithoutAnOutcomeInTimeAreIndeterminate) {
  Workshop shop;
  const store::Permit permit = shop.approved();
  const auto claimed = shop.claim(permit);
  ASSERT_TRUE(claimed);
  shop.house.clock.set(claimed->lease_until);
  EXPECT_EQ(fault_of(shop.report(permit, "succeeded")), Fault::permit_indeterminate);
  EXPECT_EQ(fault_of(shop.claim(permit)), Fault::permit_indeterminate);
  shop.tick();
  EXPECT_EQ(shop.state(permit), "indeterminate");
  EXPECT_EQ(fault_of(shop.report(permit, "failed")), Fault::permit_indeterminate);
  EXPECT_EQ(shop.said(permit.request).back().type, evidence::EventType::permit_indeterminate);
}

TEST(Permits, EndWhenAnEpochOfTheirsIsRaised) {
  for (const char* kind : {"project", "agent", "tool"}) {
    Workshop shop;
    const store::Permit open = shop.approved(), claimed = shop.approved();
    ASSERT_TRUE(shop.claim(claimed));
    const auto raised = shop.house.engine->run(shop.raise(kind));
    ASSERT_TRUE(raised) << kind;
    EXPECT_EQ(raised->number, 1u);
    EXPECT_EQ(raised->revoked, 1u);
    EXPECT_EQ(fault_of(shop.claim(open)), Fault::permit_revoked);
    EXPECT_EQ(shop.said(open.request).back().type, evidence::EventType::permit_revoked);
    EXPECT_TRUE(shop.report(claimed, "succeeded")) << "it runs already";
    const store::Permit later = shop.approved();
    EXPECT_EQ(claims_of(later.token).root.find("epoch")->find_integer(kind), 1);
    EXPECT_TRUE(shop.claim(later));
  }
}

TEST(Permits, OfOthersGoOnWhenAnEpochIsRaised) {
  Workshop shop;
  const store::Permit permit = shop.approved();
  RaiseEpoch tool = shop.raise("tool"), agent = shop.raise("agent");
  tool.action = "another";
  agent.agent = "agent_another";
  EXPECT_EQ(shop.house.engine->run(tool)->revoked, 0u);
  EXPECT_EQ(shop.house.engine->run(agent)->revoked, 0u);
  EXPECT_TRUE(shop.claim(permit));
}

TEST(Permits, EndWithTheirExecutor) {
  Workshop shop;
  const store::Permit permit = shop.approved();
  const std::string waiting = shop.asked();
  ASSERT_TRUE(
      shop.house.engine->run(RevokeKey{.project = shop.house.project, .id = shop.executor}));
  EXPECT_EQ(shop.state(permit), "revoked");
  EXPECT_EQ(fault_of(shop.claim(permit)), Fault::unknown);
  // Nobody could execute it: it waits on, and is not approved.
  EXPECT_EQ(fault_of(shop.house.decide(shop.house.consider(waiting, evidence::Verdict::approve))),
            Fault::executor_unknown);
  EXPECT_EQ(shop.house.state(waiting), approval::State::pending);
  EXPECT_TRUE(shop.house.decide(shop.house.consider(waiting, evidence::Verdict::reject)));
}

TEST(Permits, ThePanicButtonStopsAnAgentInOneStep) {
  Workshop shop;
  const store::Permit permit = shop.approved();
  const std::string waiting = shop.asked(), second = shop.asked({});
  const auto stopped = shop.house.engine->run(StopAgent{.project = shop.house.project,
                                                        .agent = shop.house.api_key,
                                                        .reason = "rogue",
                                                        .actor = shop.raise("agent").actor});
  ASSERT_TRUE(stopped);
  EXPECT_FALSE(stopped->was_revoked);
  EXPECT_EQ(stopped->revoked, 1u);
  EXPECT_EQ(stopped->cancelled, 2u);
  EXPECT_EQ(shop.house.state(waiting), approval::State::cancelled);
  EXPECT_EQ(shop.house.state(second), approval::State::cancelled);
  EXPECT_EQ(shop.state(permit), "revoked");
  EXPECT_EQ(fault_of(shop.house.engine->run(shop.house.ask())), Fault::unknown);
  EXPECT_TRUE(shop.house.engine
                  ->run(StopAgent{.project = shop.house.project,
                                  .agent = shop.house.api_key,
                                  .reason = {},
                                  .actor = shop.raise("agent").actor})
                  ->was_revoked);
}

TEST(Permits, StandAsTheyWereAfterARestart) {
  Workshop shop;
  const store::Permit open = shop.approved(), claimed = shop.approved(), gone = shop.approved();
  const auto answer = shop.claim(claimed);
  ASSERT_TRUE(answer);
  RaiseEpoch other = shop.raise("agent");
  other.agent = "agent_another";
  ASSERT_TRUE(shop.house.engine->run(other));
  shop.house.close();
  shop.house.open();
  EXPECT_EQ(shop.claim(claimed)->answer, answer->answer);
  EXPECT_TRUE(shop.claim(open));
  EXPECT_EQ(shop.house.engine->run(other)->number, 2u);
  shop.house.clock.set(gone.expires);
  shop.tick();
  EXPECT_EQ(shop.state(gone), "expired");
}

// The row as it was before the claim, with the MAC that it had then: the leaves know better.
TEST(Permits, AnOlderCopyOfARowMakesNoUsedPermitGoodAgain) {
  Workshop shop;
  const store::Permit permit = shop.approved();
  ASSERT_TRUE(shop.claim(permit));
  ASSERT_TRUE(shop.report(permit, "succeeded"));
  shop.house.close();
  shop.house.edit_database(
      "DROP TRIGGER permit_does_not_begin_again;"
      "UPDATE permit SET state = 'issued', lease_until = NULL, claim_key = NULL, nonce = '',"
      " answer = '', stream_seq = " +
      std::to_string(permit.stream_seq) + ", leaf_index = " + std::to_string(permit.leaf_index) +
      ", statement_sha256 = x'" + permit.statement_sha256.hex() + "', mac = x'" +
      permit.mac.hex() + "'");
  shop.house.open();
  EXPECT_EQ(fault_of(shop.claim(permit)), Fault::row_tampered);
}

}  // namespace
}  // namespace lp::core
