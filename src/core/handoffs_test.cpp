#include "core/handoffs.h"

#include <gtest/gtest.h>

#include "core/testing.h"

namespace lp::core {
namespace {

// A request of one agent, and a second one that something is handed to.
struct Two {
  House house;
  std::string up = agent("up"), down = agent("down"), stranger = agent("stranger");
  std::string request = ask(up);

  std::string agent(std::string handle) {
    RegisterAgent command{.project = house.project,
                          .handle = std::move(handle),
                          .made_by = house.member,
                          .public_key = {},
                          .by = {.actor = {.id = house.api_key,
                                           .kind = evidence::ActorKind::api_key,
                                           .method = evidence::ActorMethod::api_key,
                                           .key = house.api_key}}};
    return house.engine->run(std::move(command))->agent_id;
  }
  static AgentProof proof(std::string agent) {
    return {.agent_id = std::move(agent), .strength = "hmac", .candidate = "raw"};
  }
  std::string ask(const std::string& agent) {
    Ingest command = house.ask();
    if (!agent.empty()) command.proof = proof(agent);
    return house.engine->run(std::move(command))->id;
  }
  auto hand(AgentProof by, std::string commitment = {}) {
    return house.engine->run(CreateHandoff{.project = house.project,
                                           .request = request,
                                           .api_key = house.api_key,
                                           .downstream = down,
                                           .commitment = std::move(commitment),
                                           .proof = std::move(by)});
  }
  auto say(const std::string& delivery, std::string outcome, AgentProof by, std::string note = {}) {
    return house.engine->run(RecordOutcome{.project = house.project,
                                           .delivery_id = delivery,
                                           .api_key = house.api_key,
                                           .outcome = std::move(outcome),
                                           .note = std::move(note),
                                           .proof = std::move(by)});
  }
  auto view(const std::string& delivery) { return house.engine->handoff(delivery, house.project); }
};

template <typename T>
Fault fault_of(const std::expected<T, Refused>& result) {
  return result ? Fault::refused : result.error().fault;
}

TEST(Handoffs, KeepEachWordInAStreamOfItsOwn) {
  Two two;
  const auto made = two.hand(Two::proof(two.up), R"({"type":"bug_bounty"})");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->upstream, two.up);
  EXPECT_EQ(made->delivery_id.size(), 36u);
  ASSERT_TRUE(two.say(made->delivery_id, "fulfilled", Two::proof(two.down), "done"));
  ASSERT_TRUE(two.say(made->delivery_id, "disputed", Two::proof(two.up)));

  const auto view = two.view(made->delivery_id);
  ASSERT_TRUE(view);
  ASSERT_EQ(view->events.size(), 3u);
  EXPECT_EQ(view->events[0].outcome, "created");
  EXPECT_EQ(view->events[0].prev, std::nullopt);
  EXPECT_EQ(view->events[1].outcome, "fulfilled");
  EXPECT_EQ(view->events[1].by, two.down);
  EXPECT_EQ(view->events[1].note, "done");
  EXPECT_EQ(view->events[1].prev, view->events[0].statement_sha256);
  EXPECT_EQ(view->events[2].prev, view->events[1].statement_sha256);
  const auto leaf = two.house.engine->reader().leaf(two.house.project, view->events[1].leaf_index);
  const auto said = evidence::read_statement((*leaf)->statement);
  ASSERT_TRUE(said);
  EXPECT_EQ(said->strength, "hmac");
  EXPECT_EQ(said->document,
            two.house.engine->request(two.request, {})->rows.request.request_sha256);
  EXPECT_EQ((*leaf)->evidence.find("done"), std::string::npos) << "only a keyed hash of the note";
}

TEST(Handoffs, TakeTheWordOfNobodyButTheirParties) {
  Two two;
  EXPECT_EQ(fault_of(two.hand(Two::proof(two.stranger))), Fault::not_a_party);
  EXPECT_EQ(fault_of(two.hand(Two::proof(two.down))), Fault::not_a_party);
  const auto made = two.hand({});  // the key that brought the request
  ASSERT_TRUE(made);
  EXPECT_EQ(fault_of(two.say(made->delivery_id, "failed", Two::proof(two.stranger))),
            Fault::not_a_party);
  EXPECT_TRUE(two.say(made->delivery_id, "failed", {}));
  const std::string other_key =
      two.house.engine->run(CreateKey{.project = two.house.project, .name = "other"})->id;
  const std::string first_key = std::exchange(two.house.api_key, other_key);
  EXPECT_EQ(fault_of(two.hand({})), Fault::not_a_party);
  EXPECT_EQ(fault_of(two.say(made->delivery_id, "failed", {})), Fault::not_a_party);
  EXPECT_TRUE(two.say(made->delivery_id, "fulfilled", Two::proof(two.down)));
  two.house.api_key = first_key;
  EXPECT_EQ(two.view(made->delivery_id)->events.size(), 3u);
}

TEST(Handoffs, AreUnknownToOtherProjectsAndUnderOtherIds) {
  Two two;
  const auto made = two.hand(Two::proof(two.up));
  ASSERT_TRUE(made);
  const std::string foreign = two.house.engine->run(CreateProject{.name = "other"})->id;
  EXPECT_EQ(fault_of(two.house.engine->handoff(made->delivery_id, foreign)), Fault::unknown);
  EXPECT_EQ(fault_of(two.view("00000000-0000-0000-0000-000000000000")), Fault::unknown);
  EXPECT_EQ(fault_of(two.say("00000000-0000-0000-0000-000000000000", "failed", {})),
            Fault::unknown);
  two.down = "agent_unknown";
  EXPECT_EQ(fault_of(two.hand(Two::proof(two.up))), Fault::unknown);
  two.down = two.up;
  EXPECT_EQ(fault_of(two.hand(Two::proof(two.up))), Fault::unknown) << "nobody hands to itself";
}

TEST(Handoffs, AnswerARepeatedWordWithTheStoredOne) {
  Two two;
  const std::string id = two.hand(Two::proof(two.up))->delivery_id;
  const auto first = two.say(id, "failed", Two::proof(two.down), "why");
  const auto again = two.say(id, "failed", Two::proof(two.down), "why");
  ASSERT_TRUE(first && again);
  EXPECT_FALSE(first->replay);
  EXPECT_TRUE(again->replay);
  EXPECT_EQ(again->seq, first->seq);
  EXPECT_FALSE(two.say(id, "failed", Two::proof(two.down), "another")->replay);
  EXPECT_FALSE(two.say(id, "failed", Two::proof(two.up), "another")->replay);
  EXPECT_EQ(two.view(id)->events.size(), 4u);
}

TEST(Handoffs, HaveAHistoryThatEnds) {
  Two two;
  const std::string id = two.hand(Two::proof(two.up))->delivery_id;
  for (std::size_t i = 1; i < handoff_events_max; ++i) {
    ASSERT_TRUE(two.say(id, "failed", Two::proof(two.down), std::to_string(i)));
  }
  EXPECT_EQ(fault_of(two.say(id, "failed", Two::proof(two.down), "more")), Fault::handoff_full);
}

TEST(Handoffs, ContinueAfterARestart) {
  Two two;
  const std::string id = two.hand(Two::proof(two.up))->delivery_id;
  two.house.close();
  two.house.open();
  ASSERT_TRUE(two.say(id, "fulfilled", Two::proof(two.down)));
  EXPECT_EQ(two.view(id)->events.size(), 2u);
}

TEST(Handoffs, AreNotServedOnceTheirRowsWereEdited) {
  for (const std::string sql :
       {"DROP TRIGGER handoff_is_not_changed; UPDATE handoff SET downstream = upstream",
        "DROP TRIGGER handoff_event_is_not_changed; UPDATE handoff_event SET by = 'x' WHERE seq = "
        "1",
        "DROP TRIGGER handoff_event_is_not_changed; "
        "UPDATE handoff_event SET outcome = 'disputed' WHERE seq = 1",
        "DROP TRIGGER handoff_event_is_not_deleted; DELETE FROM handoff_event WHERE seq = 1"}) {
    Two two;
    const std::string id = two.hand(Two::proof(two.up))->delivery_id;
    ASSERT_TRUE(two.say(id, "fulfilled", Two::proof(two.down), "done"));
    two.house.close();
    two.house.edit_database(sql);
    two.house.open();
    EXPECT_EQ(fault_of(two.view(id)), Fault::row_tampered) << sql;
  }
}

TEST(Handoffs, BeginWithTheApprovalOfARequestThatAskedForOne) {
  Two two;
  const auto ask = [&](std::string mode) {
    Ingest command = two.house.ask();
    command.proof = Two::proof(two.up);
    command.escrow = R"({"mode":")" + mode + R"(","upstream":")" + two.up + R"(","downstream":")" +
                     two.down + R"("})";
    return two.house.engine->run(std::move(command))->id;
  };
  const auto delivery = [&](const std::string& request) {
    return escrow_delivery_id(*two.house.keys, request);
  };
  const std::string handed = ask("handoff"), kept = ask("handoff"), finalized = ask("finalized");
  EXPECT_EQ(fault_of(two.view(delivery(handed))), Fault::unknown);
  for (const auto& id : {handed, finalized}) {
    ASSERT_TRUE(two.house.decide(two.house.consider(id, evidence::Verdict::approve)));
  }
  ASSERT_TRUE(two.house.decide(two.house.consider(kept, evidence::Verdict::reject)));
  const auto view = two.view(delivery(handed));
  ASSERT_TRUE(view);
  EXPECT_EQ(view->row.upstream, two.up);
  EXPECT_EQ(view->row.downstream, two.down);
  EXPECT_EQ(view->events[0].by, "system");
  EXPECT_TRUE(two.say(delivery(handed), "fulfilled", Two::proof(two.down)));
  EXPECT_EQ(fault_of(two.view(delivery(kept))), Fault::unknown);
  EXPECT_EQ(fault_of(two.view(delivery(finalized))), Fault::unknown);
}

TEST(Handoffs, TakeAnHttpSignatureOnce) {
  Two two;
  AgentProof by = Two::proof(two.up);
  by.strength = "httpsig";
  by.key = std::string(64, 'a');
  by.nonce = crypto::sha256("nonce");
  by.nonce_expires = two.house.clock.now() + 600'000;
  const auto made = two.hand(by);
  ASSERT_TRUE(made);
  EXPECT_EQ(fault_of(two.hand(by)), Fault::signature_replayed);
  EXPECT_EQ(fault_of(two.say(made->delivery_id, "failed", by)), Fault::signature_replayed);
  two.house.close();
  two.house.open();
  EXPECT_EQ(fault_of(two.hand(by)), Fault::signature_replayed) << "a restart forgets nothing";
  by.nonce = crypto::sha256("another");
  EXPECT_TRUE(two.hand(by));
}

TEST(Handoffs, TakeNothingMoreOfAnAgentWhoseNoncesAreTooMany) {
  Two two;
  const Instant expires = two.house.clock.now() + 600'000;
  two.house.close();
  {
    const auto store = *store::open_sqlite((two.house.root / "letsping.db").string());
    store::Batch batch;
    for (std::size_t i = 0; i < SeenNonces::per_agent_max; ++i) {
      batch.writes.emplace_back(
          store::AgentNonce{two.up, crypto::sha256(std::to_string(i)), expires});
    }
    ASSERT_TRUE(store->commit(batch));
  }
  two.house.open();
  AgentProof by{.agent_id = two.up, .strength = "httpsig", .key = "k"};
  by.nonce = crypto::sha256("one more");
  by.nonce_expires = expires;
  EXPECT_EQ(fault_of(two.hand(by)), Fault::nonce_limit);
}

TEST(AgentKeys, RotateWithAnOverlap) {
  Two two;
  RotateAgent command{.project = two.house.project,
                      .agent = two.up,
                      .api_key = two.house.api_key,
                      .public_key = {},
                      .proof = {}};
  const auto before = two.house.engine->directory()->agents.at(two.up);
  const auto done = two.house.engine->run(command);
  ASSERT_TRUE(done);
  ASSERT_TRUE(done->secret.has_value());
  EXPECT_EQ(done->previous_until - done->rotated, 24 * 3'600'000);
  const auto& after = two.house.engine->directory()->agents.at(two.up);
  EXPECT_EQ(after.previous_secret_sealed, before.secret_sealed);
  EXPECT_NE(after.secret_sealed, before.secret_sealed);
  command.agent = "agent_unknown";
  EXPECT_EQ(fault_of(two.house.engine->run(command)), Fault::unknown);
}

TEST(AgentKeys, OfTheAgentsOwnNameTheirSuccessorThemselves) {
  Two two;
  const auto first = crypto::P256Key::generate(), second = crypto::P256Key::generate();
  const std::string agent =
      two.house.engine
          ->run(RegisterAgent{.project = two.house.project,
                              .handle = {},
                              .made_by = two.house.member,
                              .public_key = first.spki(),
                              .by = {.actor = {.id = two.house.api_key,
                                               .kind = evidence::ActorKind::api_key,
                                               .method = evidence::ActorMethod::api_key,
                                               .key = two.house.api_key}}})
          ->agent_id;
  RotateAgent command{.project = two.house.project,
                      .agent = agent,
                      .api_key = two.house.api_key,
                      .public_key = second.spki(),
                      .proof = {}};
  EXPECT_EQ(fault_of(two.house.engine->run(command)), Fault::agent_proof_required);
  command.proof = {.agent_id = two.up, .strength = "hmac"};
  EXPECT_EQ(fault_of(two.house.engine->run(command)), Fault::agent_proof_required);
  command.proof = {.agent_id = agent, .strength = "httpsig", .key = "k"};
  const auto done = two.house.engine->run(command);
  ASSERT_TRUE(done);
  EXPECT_FALSE(done->secret.has_value());
  const auto& after = two.house.engine->directory()->agents.at(agent);
  EXPECT_EQ(after.public_key, second.spki());
  EXPECT_EQ(after.previous_public_key, first.spki());
}

TEST(AgentKeys, AHandleIsOneAgentsAlone) {
  Two two;
  EXPECT_EQ(two.house.engine->directory()->agent_called(two.house.project, "up")->id, two.up);
  EXPECT_EQ(two.house.engine->directory()->agent_called(two.house.project, ""), nullptr);
  RegisterAgent command{.project = two.house.project,
                        .handle = "up",
                        .made_by = two.house.member,
                        .public_key = {},
                        .by = {.actor = {.id = "local_operator"}}};
  EXPECT_EQ(fault_of(two.house.engine->run(std::move(command))), Fault::name_taken);
}

TEST(ProjectSecrets, AreMadeForProjectsOfEarlierVersions) {
  House house;
  const auto made = house.engine->directory()->secret(house.project, "claims");
  house.close();
  house.edit_database("DELETE FROM project_secret WHERE purpose = 'escrow'");
  house.forget_seal();
  house.open();
  EXPECT_EQ(house.engine->directory()->secret(house.project, "claims"), made);
  EXPECT_EQ(house.engine->directory()->secret(house.project, "escrow").purpose, "escrow");
}

}  // namespace
}  // namespace lp::core
