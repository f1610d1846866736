// Every row type goes in and comes back equal; each rule of store.h on replacing and refusing.

#include "store/sqlite/sqlite_store.h"

#include <gtest/gtest.h>

#include "store/testing.h"

namespace lp::store {
namespace {

template <typename T>
Batch removal_of(T removal) {
  Batch batch;
  batch.removals.emplace_back(std::move(removal));
  return batch;
}

TEST(SqliteStore, GivesBackAProjectAndReplacesItById) {
  OpenedStore opened;
  Project project = sample_project();
  EXPECT_EQ(*opened.reader->projects(), std::vector{project});
  project.name = "Renamed";
  project.payloads = Payloads::encrypted;
  project.single_operator = true;
  project.roster_sha256.reset();
  opened.commit(batch_of(project));
  EXPECT_EQ(*opened.reader->projects(), std::vector{project});
}

TEST(SqliteStore, RefusesASecondProjectOfTheSameName) {
  OpenedStore opened;
  Project second = sample_project("proj_b");
  second.name = sample_project().name;
  EXPECT_FALSE(opened.store->commit(batch_of(second)));
  EXPECT_EQ(opened.reader->projects()->size(), 1u);
}

TEST(SqliteStore, GivesBackALogHeadAndReplacesItByProject) {
  OpenedStore opened;
  LogHead head = sample_log_head("proj_a", 5);
  opened.commit(batch_of(head));
  EXPECT_EQ(*opened.reader->log_heads(), std::vector{head});
  head.size = 6;
  head.frontier.pop_back();
  head.stream_prev.reset();
  opened.commit(batch_of(head));
  EXPECT_EQ(*opened.reader->log_heads(), std::vector{head});
}

TEST(SqliteStore, TakesTheRowsOfANewProjectBeforeTheProjectInOneBatch) {
  OpenedStore opened;
  const LogHead head = sample_log_head("proj_b", 1);
  opened.commit(batch_of(head, sample_leaf("proj_b", 0), sample_project("proj_b")));
  EXPECT_EQ(*opened.reader->log_heads(), std::vector{head});
  EXPECT_EQ(*opened.reader->leaf("proj_b", 0), sample_leaf("proj_b", 0));
}

TEST(SqliteStore, RefusesRowsOfAnUnknownProject) {
  OpenedStore opened;
  EXPECT_FALSE(opened.store->commit(batch_of(sample_leaf("proj_x", 0))));
  EXPECT_FALSE(opened.store->commit(batch_of(sample_log_head("proj_x", 0))));
  EXPECT_FALSE(opened.store->commit(batch_of(sample_request("proj_x", 0))));
  const RequestState state = sample_state(sample_request("proj_x", 0));
  EXPECT_FALSE(opened.store->commit(batch_of(state)));
}

TEST(SqliteStore, GivesBackLeavesOfEachProjectByIndex) {
  OpenedStore opened;
  Batch batch = batch_of(sample_project("proj_b"));
  for (std::uint64_t index = 0; index < 5; ++index) {
    batch.writes.emplace_back(sample_leaf("proj_a", index));
    batch.writes.emplace_back(sample_leaf("proj_b", index + 10));
  }
  opened.commit(batch);
  Reader& reader = *opened.reader;
  EXPECT_EQ(*reader.leaf("proj_a", 3), sample_leaf("proj_a", 3));
  EXPECT_EQ(*reader.leaf("proj_a", 10), std::nullopt);
  EXPECT_EQ(*reader.leaf("proj_x", 0), std::nullopt);
  const std::vector some{sample_leaf("proj_a", 1), sample_leaf("proj_a", 2)};
  EXPECT_EQ(*reader.leaves("proj_a", 1, 2), some);
  EXPECT_EQ(reader.leaves("proj_a", 0, UINT64_MAX)->size(), 5u);
  const std::vector bodies{sample_leaf("proj_a", 1).leaf, sample_leaf("proj_a", 2).leaf};
  EXPECT_EQ(*reader.leaf_bodies("proj_a", 1, 2), bodies);
  const std::vector hashes{sample_digest(13), sample_digest(14)};
  EXPECT_EQ(*reader.leaf_hashes("proj_b", 13, 9), hashes);
}

TEST(SqliteStore, AnswersIndexesBeyondAllLeavesWithNothing) {
  OpenedStore opened;
  opened.commit(batch_of(sample_project("proj_b"), sample_leaf("proj_b", 0)));
  Reader& reader = *opened.reader;
  // proj_a's 2^40th leaf would be proj_b's first.
  for (const std::uint64_t index : {std::uint64_t{1} << 40, UINT64_MAX}) {
    EXPECT_EQ(*reader.leaf("proj_a", index), std::nullopt);
    EXPECT_TRUE(reader.leaves("proj_a", index, 1)->empty());
    EXPECT_TRUE(reader.leaf_bodies("proj_a", index, 1)->empty());
    EXPECT_TRUE(reader.leaf_hashes("proj_a", index, 1)->empty());
    EXPECT_TRUE(reader.upper_hashes("proj_a", 1, index, 1)->empty());
    EXPECT_EQ(*reader.roster("proj_a", UINT64_MAX), std::nullopt);
  }
}

TEST(SqliteStore, RefusesALeafThatExists) {
  OpenedStore opened;
  opened.commit(batch_of(sample_leaf("proj_a", 0)));
  EXPECT_FALSE(opened.store->commit(batch_of(sample_leaf("proj_a", 0))));
}

TEST(SqliteStore, GivesBackUpperHashesOfOneLevel) {
  OpenedStore opened;
  const auto upper = [](unsigned level, std::uint64_t position) {
    return UpperHash{"proj_a", level, position, sample_digest(level * 100 + position)};
  };
  opened.commit(batch_of(upper(1, 0), upper(1, 1), upper(1, 2), upper(2, 0)));
  EXPECT_EQ(*opened.reader->upper_hashes("proj_a", 1, 1, 5),
            (std::vector{sample_digest(101), sample_digest(102)}));
  EXPECT_EQ(*opened.reader->upper_hashes("proj_a", 2, 0, 1), std::vector{sample_digest(200)});
  EXPECT_FALSE(opened.store->commit(batch_of(upper(1, 0))));
}

TEST(SqliteStore, GivesBackTheRootLog) {
  const OpenedStore opened;
  EXPECT_EQ(*opened.reader->anchor_count(), 0u);
  EXPECT_EQ(*opened.reader->anchored_size("proj_a"), 0u);
  const auto anchor = [](std::uint64_t index, std::string project, std::uint64_t size) {
    return Anchor{index, std::move(project), size, sample_bytes(index, 76), sample_digest(index)};
  };
  const std::vector<Anchor> all{anchor(0, "proj_a", 3), anchor(1, "proj_b", 9),
                                anchor(2, "proj_a", 12)};
  opened.commit(batch_of(all[0], all[1], all[2], AnchorUpperHash{1, 0, sample_digest(7)},
                         AnchorUpperHash{1, 1, sample_digest(8)},
                         AnchorUpperHash{2, 0, sample_digest(9)}));
  EXPECT_EQ(*opened.reader->anchor_count(), 3u);
  EXPECT_EQ(*opened.reader->anchors(0, 9), all);
  EXPECT_EQ(*opened.reader->anchors(1, 1), std::vector{all[1]});
  EXPECT_EQ(*opened.reader->anchor_hashes(1, 5), (std::vector{all[1].leaf_hash, all[2].leaf_hash}));
  EXPECT_EQ(*opened.reader->anchor_upper_hashes(1, 1, 5), std::vector{sample_digest(8)});
  EXPECT_EQ(*opened.reader->anchored_size("proj_a"), 12u);
  EXPECT_FALSE(opened.store->commit(batch_of(all[0])));
  constexpr auto beyond = std::uint64_t{1} << 40;
  EXPECT_TRUE(opened.reader->anchors(beyond, 1)->empty());
  EXPECT_TRUE(opened.reader->anchor_hashes(beyond, 1)->empty());
  EXPECT_TRUE(opened.reader->anchor_upper_hashes(1, beyond, 1)->empty());
}

TEST(SqliteStore, GivesBackTheNewestCosignedHeadOfEachLog) {
  const OpenedStore opened;
  opened.commit(batch_of(CosignedHead{"a/root", 3, "old", sample_digest(1)},
                         CosignedHead{"a/p/1", 5, "note", sample_digest(2)}));
  opened.commit(batch_of(CosignedHead{"a/root", 4, "new", sample_digest(3)}));
  EXPECT_EQ(*opened.reader->cosigned_heads(),
            (std::vector{CosignedHead{"a/p/1", 5, "note", sample_digest(2)},
                         CosignedHead{"a/root", 4, "new", sample_digest(3)}}));
}

TEST(SqliteStore, GivesBackPeopleAndDevicesAndReplacesThem) {
  OpenedStore opened;
  Member member{"mem_a", "Ana", {10}, std::nullopt};
  Device device{"dev_a", "mem_a", sample_bytes(1, 91), "device", {11}, std::nullopt};
  opened.commit(batch_of(member, device));
  EXPECT_EQ(*opened.reader->members(), std::vector{member});
  EXPECT_EQ(*opened.reader->devices(), std::vector{device});
  member.removed = Instant{20};
  device.revoked = Instant{21};
  opened.commit(batch_of(member, device));
  EXPECT_EQ(*opened.reader->members(), std::vector{member});
  EXPECT_EQ(*opened.reader->devices(), std::vector{device});
}

TEST(SqliteStore, GivesBackARosterWithItsEntriesInOrder) {
  OpenedStore opened;
  Roster roster{"proj_a", 3, sample_bytes(1, 500), {}, "[{}]", sample_digest(3), {30}};
  for (std::uint64_t entry = 0; entry < 12; ++entry) {
    roster.entries.push_back(sample_bytes(entry, 120));
  }
  opened.commit(batch_of(roster));
  EXPECT_EQ(*opened.reader->roster("proj_a", 3), roster);
  EXPECT_EQ(*opened.reader->roster("proj_a", 2), std::nullopt);
  EXPECT_FALSE(opened.store->commit(batch_of(roster)));
}

TEST(SqliteStore, GivesBackApiKeysRevokedOnesToo) {
  OpenedStore opened;
  ApiKey key{"key_a", "proj_a", identity::KeyRole::auditor, "CI", sample_digest(1), "mem_a",
             {1},     {}};
  opened.commit(batch_of(key));
  key.revoked = Instant{2};
  opened.commit(batch_of(key));
  EXPECT_EQ(*opened.reader->api_keys(), std::vector{key});
  ApiKey same_text = key;
  same_text.id = "key_b";
  EXPECT_FALSE(opened.store->commit(batch_of(same_text)));
}

TEST(SqliteStore, GivesBackAgents) {
  OpenedStore opened;
  const Agent hmac{"agent_a", "proj_a", "bot", sample_bytes(1, 60), "", "mem_a", {1}, {}};
  const Agent key{"agent_b", "proj_a", "", "", sample_bytes(2, 91), "mem_a", {1}, Instant{3}};
  opened.commit(batch_of(hmac, key));
  EXPECT_EQ(*opened.reader->agents(), (std::vector{hmac, key}));

  Agent rotated = hmac;
  rotated.secret_sealed = sample_bytes(3, 60);
  rotated.previous_secret_sealed = hmac.secret_sealed;
  rotated.rotated = Instant{5};
  rotated.previous_until = Instant{9};
  opened.commit(batch_of(rotated));
  EXPECT_EQ(*opened.reader->agents(), (std::vector{rotated, key}));
}

TEST(SqliteStore, RefusesANonceThatAnAgentHasUsed) {
  OpenedStore opened;
  const AgentNonce nonce{"agent_a", sample_digest(1), {5}};
  const AgentNonce of_another{"agent_b", sample_digest(1), {6}};
  opened.commit(batch_of(nonce, of_another));
  EXPECT_EQ(*opened.reader->agent_nonces(), (std::vector{nonce, of_another}));
  EXPECT_FALSE(opened.store->commit(batch_of(nonce)));
}

TEST(SqliteStore, GivesBackTheSecretsOfAProjectOneAPurpose) {
  OpenedStore opened;
  const ProjectSecret claims{"sec_a", "proj_a", "claims", sample_bytes(1, 60), {1}};
  const ProjectSecret escrow{"sec_b", "proj_a", "escrow", sample_bytes(2, 60), {1}};
  opened.commit(batch_of(claims, escrow));
  EXPECT_EQ(*opened.reader->project_secrets(), (std::vector{claims, escrow}));
  ProjectSecret second = claims;
  second.id = "sec_c";
  EXPECT_FALSE(opened.store->commit(batch_of(second)));
}

TEST(SqliteStore, GivesBackAHandoffAndItsEventsInTheirOrder) {
  OpenedStore opened;
  Handoff handoff = sample_handoff("2b1c6e0a-7c3b-4d4e-8a77-0d6f4d1f9c11", "req_a", 7);
  const HandoffEvent created{handoff.id, 0, "created", "agent_a", "", {7}, 7, sample_digest(7)};
  const HandoffEvent done{handoff.id, 1, "fulfilled", "agent_b", "note", {9}, 9, sample_digest(9)};
  opened.commit(batch_of(handoff, done, created));
  EXPECT_EQ(*opened.reader->handoff(handoff.id), handoff);
  EXPECT_EQ(*opened.reader->handoff("unknown"), std::nullopt);
  EXPECT_EQ(*opened.reader->handoff_events(handoff.id), (std::vector{created, done}));

  handoff.stream_seq = 2;
  handoff.leaf_index = 9;
  handoff.statement_sha256 = sample_digest(9);
  handoff.mac = sample_digest(10);
  opened.commit(batch_of(handoff));
  EXPECT_EQ(*opened.reader->handoff(handoff.id), handoff);
}

TEST(SqliteStore, CountsWhatAnAgentDidInAWindowAsFarAsItIsSigned) {
  OpenedStore opened;
  Request call = sample_request("proj_a", 1);
  call.agent_id = "agent_a";
  call.strength = "httpsig";
  call.created = {10};
  call.leaf_index = 3;
  Request unsigned_call = call;
  unsigned_call.id = sample_id("req", 2);
  unsigned_call.strength = "none";
  opened.commit(batch_of(call, unsigned_call, sample_handoff("a", "req_a", 10),
                         sample_handoff("b", "req_b", 20)));
  const auto record = [&](std::string_view agent, Instant from, Instant to, std::uint64_t end) {
    const auto found = taken(opened.reader->record_of("proj_a", agent, from, to, end));
    return std::pair(found.signed_calls, found.handoffs);
  };
  using Pair = std::pair<std::uint64_t, std::uint64_t>;
  EXPECT_EQ(record("agent_a", {0}, {30}, 30), Pair(1, 2));
  EXPECT_EQ(record("agent_b", {0}, {30}, 30), Pair(0, 2));
  EXPECT_EQ(record("agent_a", {11}, {20}, 30), Pair(0, 0));
  EXPECT_EQ(record("agent_a", {0}, {30}, 11), Pair(1, 1));
  EXPECT_EQ(record("agent_a", {0}, {30}, 3), Pair(0, 0));
  EXPECT_EQ(record("agent_c", {0}, {30}, 30), Pair(0, 0));
}

TEST(SqliteStore, ForgetsASessionThatIsDeleted) {
  OpenedStore opened;
  const Session session{sample_digest(1), "mem_a", "dev_a", {1}, {2}};
  opened.commit(batch_of(session));
  EXPECT_EQ(*opened.reader->session(sample_digest(1)), session);
  EXPECT_EQ(*opened.reader->sessions(), std::vector{session});
  opened.commit(removal_of(DeleteSession{sample_digest(2)}));
  EXPECT_EQ(*opened.reader->session(sample_digest(1)), session);
  opened.commit(removal_of(DeleteSession{sample_digest(1)}));
  EXPECT_EQ(*opened.reader->session(sample_digest(1)), std::nullopt);
}

TEST(SqliteStore, ForgetsAllSetupTokensAtOnce) {
  OpenedStore opened;
  const SetupToken first{sample_digest(1), {1}, {2}};
  const SetupToken second{sample_digest(2), {1}, {2}};
  opened.commit(batch_of(first, second));
  EXPECT_EQ(opened.reader->setup_tokens()->size(), 2u);
  EXPECT_FALSE(opened.store->commit(batch_of(first)));
  opened.commit(removal_of(DeleteSetupTokens{}));
  EXPECT_TRUE(opened.reader->setup_tokens()->empty());
}

TEST(SqliteStore, GivesBackRosterProposalsUntilOneIsDeleted) {
  OpenedStore opened;
  const RosterProposal member{
      "rop_a", {evidence::RosterAct::add_member, "mem_b", "Bob", {"reviewer"}, {}, {}}, {1}, {9}};
  const RosterProposal device{
      "rop_b", {evidence::RosterAct::add_device, "mem_b", {}, {}, {}, "k\0y"}, {1}, {9}};
  opened.commit(batch_of(device, member));
  EXPECT_EQ(*opened.reader->roster_proposals(), (std::vector{member, device}));
  EXPECT_FALSE(opened.store->commit(batch_of(member)));
  opened.commit(removal_of(DeleteRosterProposal{"rop_a"}));
  EXPECT_EQ(*opened.reader->roster_proposals(), std::vector{device});
}

TEST(SqliteStore, GivesBackLoginLinksAsTheyWereUsed) {
  OpenedStore opened;
  LoginLink link{sample_digest(1), "mem_b", {}, {}, {1}, {9}};
  opened.commit(batch_of(link));
  EXPECT_EQ(*opened.reader->login_links(), std::vector{link});
  link.key = "dev_a";
  link.proposal = "rop_a";
  opened.commit(batch_of(link));
  EXPECT_EQ(*opened.reader->login_links(), std::vector{link});
}

TEST(SqliteStore, ForgetsWhatHasExpired) {
  OpenedStore opened;
  const auto proposal = [](std::string id, Instant expires) {
    return RosterProposal{
        std::move(id), {evidence::RosterAct::remove_member, "m", {}, {}, {}, {}}, {1}, expires};
  };
  const LoginLink old_link{sample_digest(1), "m", {}, {}, {1}, {5}};
  const LoginLink link{sample_digest(2), "m", {}, {}, {1}, {6}};
  opened.commit(batch_of(
      Session{sample_digest(1), "m", "d", {1}, {5}}, Session{sample_digest(2), "m", "d", {1}, {6}},
      proposal("rop_a", {5}), proposal("rop_b", {6}), old_link, link,
      AgentNonce{"agent_a", sample_digest(1), {5}}, AgentNonce{"agent_a", sample_digest(2), {6}}));
  opened.commit(removal_of(DeleteExpired{{5}}));
  EXPECT_EQ(*opened.reader->session(sample_digest(1)), std::nullopt);
  EXPECT_TRUE(opened.reader->session(sample_digest(2))->has_value());
  EXPECT_EQ(opened.reader->roster_proposals()->at(0).id, "rop_b");
  EXPECT_EQ(opened.reader->agent_nonces()->size(), 1u);
  EXPECT_EQ(*opened.reader->login_links(), std::vector{link});
}

TEST(SqliteStore, RemovesAfterItWrites) {
  OpenedStore opened;
  Batch batch = removal_of(DeleteSetupTokens{});
  batch.writes.emplace_back(SetupToken{sample_digest(1), {1}, {2}});
  opened.commit(batch);
  EXPECT_TRUE(opened.reader->setup_tokens()->empty());
}

TEST(SqliteStore, GivesBackWebhooksThatAreNotRemoved) {
  OpenedStore opened;
  Webhook webhook{"whk_a", "proj_a", "https://example.org/hook", sample_bytes(1, 60), {1}, {}};
  opened.commit(batch_of(webhook));
  EXPECT_EQ(*opened.reader->webhooks(), std::vector{webhook});
  webhook.removed = Instant{2};
  opened.commit(batch_of(webhook));
  EXPECT_TRUE(opened.reader->webhooks()->empty());
}

TEST(SqliteStore, GivesBackReviewsInTheOrderOfTheLogAndByNonce) {
  OpenedStore opened;
  opened.commit(
      batch_of(sample_review("req_1", 8), sample_review("req_1", 3), sample_review("req_2", 5)));
  EXPECT_EQ(*opened.reader->reviews("req_1"),
            (std::vector{sample_review("req_1", 3), sample_review("req_1", 8)}));
  EXPECT_EQ(*opened.reader->review_by_nonce("nonce-5"), sample_review("req_2", 5));
  EXPECT_EQ(*opened.reader->review_by_nonce("nonce-6"), std::nullopt);
}

TEST(SqliteStore, RefusesANonceThatWasUsed) {
  OpenedStore opened;
  opened.commit(batch_of(sample_review("req_1", 8)));
  Review again = sample_review("req_2", 9);
  again.nonce = "nonce-8";
  EXPECT_FALSE(opened.store->commit(batch_of(again)));
  EXPECT_TRUE(opened.reader->reviews("req_2")->empty());
}

TEST(SqliteStore, KeepsIdempotencyUntilItIsTooOld) {
  OpenedStore opened;
  const Idempotency older{"proj_a", sample_digest(1), sample_digest(2), "req_1", {100}};
  const Idempotency newer{"proj_a", sample_digest(3), sample_digest(2), "req_2", {200}};
  opened.commit(batch_of(older, newer));
  EXPECT_EQ(*opened.reader->idempotency("proj_a", sample_digest(1)), older);
  EXPECT_EQ(*opened.reader->idempotency("proj_x", sample_digest(1)), std::nullopt);
  EXPECT_FALSE(opened.store->commit(batch_of(older)));
  opened.commit(removal_of(DeleteIdempotencyBefore{{200}}));
  EXPECT_EQ(*opened.reader->idempotency("proj_a", sample_digest(1)), std::nullopt);
  EXPECT_EQ(*opened.reader->idempotency("proj_a", sample_digest(3)), newer);
}

TEST(SqliteStore, GivesBackASnapshotAndReplacesItByRequest) {
  OpenedStore opened;
  Snapshot snapshot{"req_1", "image/png", sample_bytes(1, 300'000), "", "dek", {1}};
  opened.commit(batch_of(snapshot));
  EXPECT_EQ(*opened.reader->snapshot("req_1"), snapshot);
  snapshot.bytes.clear();
  snapshot.blob = "req_1_1";
  opened.commit(batch_of(snapshot));
  EXPECT_EQ(*opened.reader->snapshot("req_1"), snapshot);
}

TEST(SqliteStore, GivesBackGraphCheckpointsByIdOrTheNewestAndForgetsAThread) {
  OpenedStore opened;
  const GraphCheckpoint first{"proj_a", "thread", "b", sample_bytes(1, 40), {1}};
  GraphCheckpoint second{"proj_a", "thread", "a", sample_bytes(2, 40), {2}};
  const GraphCheckpoint other{"proj_a", "other", "c", sample_bytes(3, 40), {3}};
  opened.commit(batch_of(first, second, other));
  Reader& reader = *opened.reader;
  EXPECT_EQ(*reader.graph_checkpoint("proj_a", "thread", "b"), first);
  EXPECT_EQ(*reader.graph_checkpoint("proj_a", "thread", ""), second);
  second.sealed = sample_bytes(4, 50);
  opened.commit(batch_of(second));
  EXPECT_EQ(*reader.graph_checkpoint("proj_a", "thread", "a"), second);
  opened.commit(removal_of(DeleteGraphThread{"proj_a", "thread"}));
  EXPECT_EQ(*reader.graph_checkpoint("proj_a", "thread", ""), std::nullopt);
  EXPECT_EQ(*reader.graph_checkpoint("proj_a", "other", ""), other);
}

TEST(SqliteStore, GivesOutboxItemsIdsAndFindsThoseThatAreDue) {
  OpenedStore opened;
  OutboxItem late{0, "proj_a", "req_1", "request.approved", "whk_a", 7, {1}, {500},
                  2, "due",    "410"};
  OutboxItem soon = late;
  soon.next_attempt = {100};
  opened.commit(batch_of(late, soon));
  auto due = *opened.reader->outbox_due({500}, 10);
  ASSERT_EQ(due.size(), 2u);
  soon.id = due[0].id;
  late.id = due[1].id;
  EXPECT_NE(soon.id, 0);
  EXPECT_EQ(due, (std::vector{soon, late}));
  EXPECT_EQ(*opened.reader->outbox_due({499}, 10), std::vector{soon});
  EXPECT_EQ(*opened.reader->outbox_due({500}, 1), std::vector{soon});
  EXPECT_EQ(*opened.reader->outbox_due({500}, 1, &soon), std::vector{late});
  EXPECT_TRUE(opened.reader->outbox_due({500}, 1, &late)->empty());
  soon.state = "sent";
  opened.commit(batch_of(soon));
  EXPECT_EQ(*opened.reader->outbox_due({500}, UINT64_MAX), std::vector{late});
}

TEST(SqliteStore, KeepsTheFirstDelivery) {
  OpenedStore opened;
  const Request request = sample_request("proj_a", 1);
  opened.commit(batch_of(request, sample_state(request), Delivery{request.id, {5}, "status"},
                         Delivery{request.id, {9}, "webhook"}));
  const auto found = *opened.reader->request(request.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->delivery, (Delivery{request.id, {5}, "status"}));
}

TEST(SqliteStore, GivesBackSettingsAndReplacesThem) {
  OpenedStore opened;
  EXPECT_EQ(*opened.reader->setting("log.name"), std::nullopt);
  Batch batch;
  batch.settings = {{"log.name", "3f9a"}, {"empty", ""}, {"log.name", "4b01"}};
  opened.commit(batch);
  EXPECT_EQ(*opened.reader->setting("log.name"), "4b01");
  EXPECT_EQ(*opened.reader->setting("empty"), "");
}

TEST(SqliteStore, GivesBackEverythingAfterItIsOpenedAgain) {
  OpenedStore opened;
  const Request request = sample_request("proj_a", 1);
  opened.commit(batch_of(request, sample_state(request)));
  opened.reader.reset();
  opened.store.reset();
  opened.store = taken(open_sqlite(opened.path));
  opened.reader = taken(opened.store->reader());
  EXPECT_EQ((*opened.reader->request(request.id))->request, request);
  opened.commit(batch_of(sample_leaf("proj_a", 1)));  // the project's number is known again
}

}  // namespace
}  // namespace lp::store
