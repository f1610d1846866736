// What people say about a request, whose turn it is, and a request for changes on its way to the
// agent.

#include <gtest/gtest.h>

#include "core/remark.h"
#include "core/testing.h"
#include "json/parse.h"

namespace lp::core {
namespace {

struct Room : House {
  std::string key = evidence::key_id(approver.spki());

  std::string asked_listening() {
    Ingest command = ask();
    command.capabilities = {"request_changes"};
    return engine->run(command)->id;
  }
  std::string asked_plain() {
    const std::string open =
        engine->run(CreateProject{.name = "open", .payloads = store::Payloads::server_sealed})->id;
    const auto directory = engine->directory();
    EXPECT_TRUE(engine->run(
        sign_roster_later(*directory, *directory->project(open), approver, clock.now(), entropy)));
    Ingest command = ask();
    command.project = project = open;
    command.api_key = engine->run(CreateKey{.project = open, .name = "agent"})->id;
    command.payload = R"({"amount":1})";
    command.envelope.reset();
    command.capabilities = {"request_changes"};
    return engine->run(command)->id;
  }
  seal::NotePlace place(const std::string& request, const std::string& id) {
    return {.kind = "comment",
            .id = id,
            .origin = engine->directory()->project(project)->row.origin,
            .request_id = request,
            .version = 1,
            .author = member};
  }
  Comment comment(const std::string& request, const std::string& text,
                  const std::string& id = "comment-0000001") {
    return {.request = request,
            .member = member,
            .key = key,
            .id = id,
            .version = 1,
            .note = json::compact(seal::seal_note(content_key, text, place(request, id), entropy)),
            .text = {}};
  }
  std::expected<std::vector<Remark>, Refused> remarks(const std::string& request) {
    const auto view = engine->request(request, {});
    EXPECT_TRUE(view.has_value());
    return remarks_of(engine->reader(), *keys, *engine->directory(), view->rows.request);
  }
  std::optional<std::string> opened(const Remark& remark, const seal::NotePlace& place) {
    return seal::open_note(content_key, json::parse(remark.note)->root, place);
  }
};

Fault fault_of(const auto& result) {
  EXPECT_FALSE(result.has_value());
  return result ? Fault::stopping : result.error().fault;
}

TEST(TakingPart, KeepsACommentSealedAndBoundToItsPlace) {
  Room room;
  const std::string request = room.asked();
  ASSERT_TRUE(room.engine->run(room.comment(request, "is this the right account?")));
  const auto remarks = room.remarks(request);
  ASSERT_TRUE(remarks.has_value());
  ASSERT_EQ(remarks->size(), 1u);
  const Remark& remark = remarks->front();
  EXPECT_EQ(remark.kind, RemarkKind::comment);
  EXPECT_EQ(remark.member, room.member);
  EXPECT_EQ(remark.text, "");
  EXPECT_EQ(room.opened(remark, room.place(request, remark.id)), "is this the right account?");
  // It is an event of the request, and the request goes on.
  EXPECT_EQ(room.state(request), approval::State::pending);
  ASSERT_TRUE(room.decide(room.consider(request, evidence::Verdict::approve)));
}

TEST(TakingPart, TakesTheSameCommentOnce) {
  Room room;
  const std::string request = room.asked();
  const Comment comment = room.comment(request, "once");
  ASSERT_TRUE(room.engine->run(comment));
  ASSERT_TRUE(room.engine->run(comment));
  EXPECT_EQ(room.remarks(request)->size(), 1u);
}

TEST(TakingPart, RefusesWordsOfAnotherPlaceOrInAnotherForm) {
  Room room;
  const std::string request = room.asked(), other = room.asked();
  Comment moved = room.comment(other, "moved");
  moved.request = request;
  EXPECT_EQ(fault_of(room.engine->run(moved)), Fault::note_form);
  Comment clear = room.comment(request, "clear");
  clear.note.clear();
  clear.text = "the server could read this";
  EXPECT_EQ(fault_of(room.engine->run(clear)), Fault::note_form);
  Comment late = room.comment(request, "late");
  late.version = 2;
  EXPECT_EQ(room.engine->run(late).error().refusal, approval::Refusal::stale_version);
  Comment stranger = room.comment(request, "stranger");
  stranger.member = "mem_nobody";
  EXPECT_EQ(fault_of(room.engine->run(stranger)), Fault::unknown);
  EXPECT_TRUE(room.remarks(request)->empty());
}

TEST(TakingPart, EndsWhenAsMuchIsSaidAsMayBe) {
  Room room;
  const std::string request = room.asked();
  const auto numbered = [](std::size_t number) {
    return "comment-" + std::to_string(1'000'000 + number);
  };
  // Not waited for one by one: they come in few batches.
  for (std::size_t i = 0; i < remarks_max; ++i) {
    ASSERT_TRUE(room.engine->submit<Comment>(room.comment(request, "more", numbered(i)),
                                             [](const auto&) {}));
  }
  while (room.remarks(request)->size() < remarks_max) {
    EXPECT_TRUE(room.engine->run(room.comment(request, "more", numbered(0))));
  }
  EXPECT_EQ(fault_of(room.engine->run(room.comment(request, "more", numbered(remarks_max)))),
            Fault::talk_full);
}

TEST(TakingPart, EndsWithTheRequest) {
  Room room;
  const std::string request = room.asked();
  ASSERT_TRUE(room.decide(room.consider(request, evidence::Verdict::reject)));
  EXPECT_EQ(room.engine->run(room.comment(request, "too late")).error().refusal,
            approval::Refusal::already_closed);
}

TEST(TakingPart, KeepsWhatTheServerCanReadUnderTheKeyOfItsRequest) {
  Room room;
  const std::string request = room.asked_plain();
  Comment comment = room.comment(request, "");
  comment.note.clear();
  comment.text = "marker-in-clear";
  ASSERT_TRUE(room.engine->run(comment));
  EXPECT_EQ(room.remarks(request)->front().text, "marker-in-clear");
  const auto leaves = room.engine->reader().talk(room.project, request);
  ASSERT_EQ(leaves->size(), 1u);
  EXPECT_EQ(leaves->front().evidence.find("marker-in-clear"), std::string::npos);
  EXPECT_EQ(leaves->front().statement.find("marker-in-clear"), std::string::npos);
}

TEST(TakingPart, AsksTheAgentForChangesInWordsThatTheServerCannotRead) {
  Room room;
  const std::string request = room.asked_listening();
  Considered considered = room.consider(request, evidence::Verdict::request_changes);
  considered.reason = "half of it";
  ASSERT_TRUE(room.decide(considered));
  const auto view = room.engine->request(request, {});
  EXPECT_EQ(view->state, approval::State::pending);
  EXPECT_EQ(view->rows.state.state.changes_asked, std::vector<std::string>{room.member});
  const auto remarks = room.remarks(request);
  ASSERT_EQ(remarks->size(), 1u);
  EXPECT_EQ(remarks->front().kind, RemarkKind::changes);
  seal::NotePlace place = room.place(request, remarks->front().id);
  place.kind = "changes";
  EXPECT_EQ(room.opened(remarks->front(), place), "half of it");
  // Once is enough; and it can be approved as it is after all.
  Considered again = room.consider(request, evidence::Verdict::request_changes);
  again.reason = "more";
  EXPECT_EQ(room.decide(again).error().refusal, approval::Refusal::already_reviewed);
  ASSERT_TRUE(room.decide(room.consider(request, evidence::Verdict::approve)));
  EXPECT_EQ(room.state(request), approval::State::approved);
}

TEST(TakingPart, AsksForChangesOnlyOfClientsThatTakeThemAndWithAReason) {
  Room room;
  const std::string stock = room.asked();
  Considered considered = room.consider(stock, evidence::Verdict::request_changes);
  considered.reason = "half of it";
  EXPECT_EQ(room.decide(considered).error().refusal, approval::Refusal::not_offered);
  Considered silent = room.consider(room.asked_listening(), evidence::Verdict::request_changes);
  EXPECT_EQ(room.decide(silent).error().refusal, approval::Refusal::reason_needed);
}

TEST(TakingPart, RefusesARequestForChangesWhoseWordsAreNotSealedForIt) {
  Room room;
  const std::string request = room.asked_listening();
  Considered considered = room.consider(request, evidence::Verdict::request_changes);
  considered.reason = "half of it";
  auto command = sign_decision(considered, room.approver, room.clock.now(), room.entropy);
  Decide clear = *command;
  clear.note.clear();
  clear.reason = "half of it";
  EXPECT_EQ(fault_of(room.engine->run(clear)), Fault::note_form);
  Decide moved = *command;
  moved.note = room.comment(request, "half of it").note;
  EXPECT_EQ(fault_of(room.engine->run(moved)), Fault::note_form);
  ASSERT_TRUE(room.engine->run(*command));
}

TEST(TakingPart, AsksForChangesOfWhatTheServerCanReadInWordsThatItKeepsSealed) {
  Room room;
  const std::string request = room.asked_plain();
  Considered considered = room.consider(request, evidence::Verdict::request_changes);
  considered.reason = "half of it";
  ASSERT_TRUE(room.decide(considered));
  EXPECT_EQ(room.remarks(request)->front().text, "half of it");
}

TEST(TakingPart, VerifiesAfterARestart) {
  Room room;
  const std::string request = room.asked_listening();
  Considered considered = room.consider(request, evidence::Verdict::request_changes);
  considered.reason = "half of it";
  ASSERT_TRUE(room.decide(considered));
  room.close();
  room.open();
  EXPECT_EQ(room.engine->request(request, {})->rows.state.state.changes_asked.size(), 1u);
  room.close();
  room.edit_database(
      "DROP TRIGGER leaf_is_not_changed; UPDATE leaf SET evidence = CAST("
      "replace(CAST(evidence AS TEXT), '\\\"ct\\\":\\\"', '\\\"ct\\\":\\\"AAAA') "
      "AS BLOB) WHERE type = 'review.changes_requested'");
  room.open();
  EXPECT_EQ(fault_of(room.remarks(request)), Fault::row_tampered);
}

TEST(TakingPart, SaysWhoseTurnItIsUntilSomebodySaysOtherwise) {
  Room room;
  const std::string request = room.asked();
  Assign assign{
      .request = request, .member = room.member, .key = room.key, .assignee = room.member};
  ASSERT_TRUE(room.engine->run(assign));
  EXPECT_EQ(room.engine->request(request, {})->rows.assignment->member, room.member);
  Assign stranger = assign;
  stranger.assignee = "mem_nobody";
  EXPECT_EQ(room.engine->run(stranger).error().refusal, approval::Refusal::not_a_reviewer);
  assign.assignee.clear();
  ASSERT_TRUE(room.engine->run(assign));
  EXPECT_EQ(room.engine->request(request, {})->rows.assignment->member, "");
  Assign elsewhere = assign;
  elsewhere.member = "mem_nobody";
  EXPECT_EQ(fault_of(room.engine->run(elsewhere)), Fault::unknown);
}

TEST(TakingPart, PutsARequestOffForOneMemberAndForAWhile) {
  Room room;
  const std::string request = room.asked(), other = room.asked();
  PutOff wish{.request = request, .member = room.member, .key = room.key, .until = {}};
  wish.until = room.clock.now() + 3'600'000;
  ASSERT_TRUE(room.engine->run(wish));
  store::RequestFilter filter{.projects = {room.project}};
  filter.pending = true;
  filter.snoozed = {.member = room.member, .now = room.clock.now(), .only = true};
  ASSERT_EQ(room.engine->requests(filter).size(), 1u);
  EXPECT_EQ(room.engine->requests(filter).front().rows.request.id, request);
  filter.snoozed->only = false;
  EXPECT_EQ(room.engine->requests(filter).front().rows.request.id, other);
  filter.snoozed->member = "mem_other";
  EXPECT_EQ(room.engine->requests(filter).size(), 2u);
  wish.until = room.clock.now();
  EXPECT_EQ(fault_of(room.engine->run(wish)), Fault::put_off_too_long);
  wish.until = room.clock.now() + 31LL * 24 * 3'600'000;
  EXPECT_EQ(fault_of(room.engine->run(wish)), Fault::put_off_too_long);
  wish.until.reset();
  ASSERT_TRUE(room.engine->run(wish));
  filter.snoozed = {.member = room.member, .now = room.clock.now(), .only = true};
  EXPECT_TRUE(room.engine->requests(filter).empty());
}

TEST(TakingPart, FindsWorkByWhoseTurnItIsAndHowMuchThoughtItTakes) {
  Room room;
  const std::string mine = room.asked(), nobodys = room.asked();
  ASSERT_TRUE(room.engine->run(
      Assign{.request = mine, .member = room.member, .key = room.key, .assignee = room.member}));
  store::RequestFilter filter{.projects = {room.project}};
  filter.assignee = room.member;
  ASSERT_EQ(room.engine->requests(filter).size(), 1u);
  EXPECT_EQ(room.engine->requests(filter).front().rows.request.id, mine);
  filter.assignee = "";
  EXPECT_EQ(room.engine->requests(filter).front().rows.request.id, nobodys);
  filter = {.projects = {room.project}};
  filter.high = true;
  EXPECT_TRUE(room.engine->requests(filter).empty());
}

}  // namespace
}  // namespace lp::core
