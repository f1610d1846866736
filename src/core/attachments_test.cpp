#include "core/attachments.h"

#include <gtest/gtest.h>

#include "core/erasing.h"
#include "core/erasing_testing.h"

namespace lp::core {
namespace {

struct Attaching : House {
  const std::string first = std::string(seal::attachment_piece_bytes + 16, 'a');
  const std::string second = "the end, and its tag";

  // An ask that announces one file of two pieces.
  Ingest announcing() {
    Ingest command = ask();
    command.client_nonce = "bm9uY2U=";
    command.attachments.push_back({.id = "a1",
                                   .size = first.size() + second.size(),
                                   .pieces = {crypto::sha256(first), crypto::sha256(second)}});
    return command;
  }
  std::expected<PutAttachmentPiece::Result, Refused> put(const std::string& request,
                                                         std::uint64_t index,
                                                         const std::string& bytes) {
    return engine->run(PutAttachmentPiece{.project = project,
                                          .request = request,
                                          .attachment = "a1",
                                          .index = index,
                                          .bytes = bytes});
  }
  std::expected<std::optional<std::string>, Refused> piece(const std::string& request,
                                                           std::uint64_t index) {
    const auto view = engine->request(request, project);
    return read_piece(*blobs, *keys, view->rows.request, view->attachments.front(), index);
  }
  std::expected<Decide::Result, Refused> approve(const std::string& request) {
    return decide(consider(request, evidence::Verdict::approve));
  }
  std::expected<Erase::Result, Refused> erase(const std::string& request) {
    const auto document =
        offer_erasure(engine->reader(), *engine->directory()->project(project),
                      {.request = request, .basis = "Art. 17 GDPR", .operator_name = "ops"},
                      engine->options().backup_horizon_ms, entropy);
    if (!document) return std::unexpected(document.error());
    const std::string bytes = document->bytes();
    const evidence::OwnerSignature owner{
        .spki = approver.spki(),
        .signature = approver.sign(evidence::erasure_signing_bytes(bytes))};
    return engine->run(
        Erase{.project = project, .record = {.document = bytes, .owners = {owner}}});
  }
};

TEST(Attachments, NothingIsApprovedBeforeAllAreHere) {
  Attaching house;
  const std::string request = house.engine->run(house.announcing())->id;
  EXPECT_EQ(house.approve(request).error().fault, Fault::attachments_missing);
  // In any order, and again after a lost reply.
  EXPECT_EQ(house.put(request, 1, house.second)->missing, 1U);
  EXPECT_EQ(house.put(request, 1, house.second)->missing, 1U);
  EXPECT_EQ(house.approve(request).error().fault, Fault::attachments_missing);
  EXPECT_EQ(house.state(request), approval::State::pending);
  EXPECT_EQ(house.put(request, 0, house.first)->missing, 0U);
  // The pieces that are here survive the process.
  house.close();
  house.open();
  EXPECT_EQ(*house.piece(request, 0), house.first);
  EXPECT_EQ(*house.piece(request, 1), house.second);
  EXPECT_TRUE(house.approve(request).has_value());
  EXPECT_EQ(house.state(request), approval::State::approved);
}

TEST(Attachments, ARejectionNeedsNone) {
  Attaching house;
  const std::string request = house.engine->run(house.announcing())->id;
  EXPECT_TRUE(house.decide(house.consider(request, evidence::Verdict::reject)).has_value());
  const auto late = house.put(request, 0, house.first);
  ASSERT_FALSE(late.has_value());
  EXPECT_EQ(late.error().refusal, approval::Refusal::already_closed);
}

TEST(Attachments, NoneIsTakenAfterTheDeadlineOrUnannounced) {
  Attaching house;
  const std::string request = house.engine->run(house.announcing())->id;
  EXPECT_EQ(house.put(request, 2, "x").error().fault, Fault::unknown);
  const std::string bare = house.asked();
  EXPECT_EQ(house.put(bare, 0, "x").error().fault, Fault::unknown);
  EXPECT_EQ(house.put("req_00000000000000000000000000", 0, "x").error().fault, Fault::unknown);
  house.clock.advance_ms(house.engine->options().decide_by_max_ms + 1);
  const auto late = house.put(request, 0, house.first);
  ASSERT_FALSE(late.has_value());
  EXPECT_TRUE(late.error().refusal == approval::Refusal::past_deadline ||
              late.error().refusal == approval::Refusal::already_closed);
}

TEST(Attachments, WhatWasTakenAwayOrChangedIsNotServed) {
  Attaching house;
  const std::string request = house.engine->run(house.announcing())->id;
  EXPECT_TRUE(house.put(request, 0, house.first).has_value());
  EXPECT_TRUE(house.put(request, 1, house.second).has_value());
  EXPECT_TRUE(house.blobs->write(request + "_att_a1_1", "something else").has_value());
  EXPECT_EQ(house.piece(request, 1).error().fault, Fault::row_tampered);
  EXPECT_TRUE(house.blobs->remove(request + "_att_a1_1").has_value());
  EXPECT_EQ(*house.piece(request, 1), std::nullopt);
  EXPECT_EQ(house.approve(request).error().fault, Fault::attachments_missing);
}

TEST(Attachments, TheServerSealsWhatArrivesInClear) {
  Attaching house;
  Ingest command = house.announcing();
  command.payload = R"({"amount":1})";
  command.envelope.reset();
  const std::string request = house.engine->run(std::move(command))->id;
  EXPECT_TRUE(house.put(request, 1, house.second).has_value());
  EXPECT_EQ(bytes_under(house.root).find(house.second), std::string::npos);
  EXPECT_EQ(*house.piece(request, 1), house.second);
  // A piece in the place of another does not open.
  const auto stored = house.blobs->read(request + "_att_a1_1", 1 << 20);
  EXPECT_TRUE(house.blobs->write(request + "_att_a1_0", *stored).has_value());
  EXPECT_EQ(house.piece(request, 0).error().fault, Fault::row_tampered);
}

TEST(Attachments, GoWithTheirRequest) {
  Attaching house;
  const std::string request = house.engine->run(house.announcing())->id;
  const std::string other = house.engine->run(house.announcing())->id;
  EXPECT_TRUE(house.put(request, 1, house.second).has_value());
  EXPECT_TRUE(house.put(other, 1, house.second).has_value());
  EXPECT_TRUE(house.decide(house.consider(request, evidence::Verdict::reject)).has_value());
  ASSERT_TRUE(house.erase(request).has_value());
  EXPECT_EQ(*house.blobs->holds(request + "_att_a1_1"), false);
  EXPECT_EQ(*house.blobs->holds(other + "_att_a1_1"), true);
  EXPECT_FALSE(house.put(request, 0, house.first).has_value());
}

TEST(Attachments, TheSameAskAgainMustAnnounceTheSame) {
  Attaching house;
  Ingest command = house.announcing();
  command.idempotency_key = "once";
  const std::string request = house.engine->run(Ingest(command))->id;
  EXPECT_EQ(house.engine->run(Ingest(command))->id, request);
  command.attachments.front().pieces.front() = crypto::sha256("other");
  EXPECT_EQ(house.engine->run(std::move(command)).error().fault, Fault::idempotency_conflict);
}

TEST(Attachments, ARevisionKeepsThem) {
  Attaching house;
  const std::string request = house.engine->run(house.announcing())->id;
  const Ingest again = house.ask();
  const auto revised = house.engine->run(Revise{.project = house.project,
                                                .request = request,
                                                .api_key = house.api_key,
                                                .version = 1,
                                                .payload = again.payload,
                                                .envelope = again.envelope,
                                                .facts = {},
                                                .schema = {},
                                                .lossy = {}});
  ASSERT_TRUE(revised.has_value());
  EXPECT_EQ(house.engine->request(request, house.project)->attachments.size(), 1U);
  EXPECT_EQ(house.approve(request).error().fault, Fault::attachments_missing);
}

}  // namespace
}  // namespace lp::core
