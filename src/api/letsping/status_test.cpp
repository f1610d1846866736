#include "api/letsping/status.h"

#include <gtest/gtest.h>

#include "json/parse.h"

namespace lp::api {
namespace {

using approval::State;

core::RequestView view_of(State state) {
  core::RequestView view;
  view.rows.request.id = "req_1";
  view.rows.state.state.state = state;
  view.rows.state.state.level = evidence::Level::high;
  view.rows.state.state.decide_by = {1'772'366'400'000};
  view.state = state;
  view.payload = "{ \"b\" : 1.0, \"a\":12345678901234567890 }";
  if (approval::terminal(state)) {
    view.rows.state.decided = Instant{1'772'366'400'000};
    view.rows.state.actor = "mem_1";
    view.rows.state.method = "device_key";
  }
  return view;
}

json::Document written(const core::RequestView& view) {
  auto document = json::parse(status_body(view));
  EXPECT_TRUE(document.has_value()) << status_body(view);
  return *std::move(document);
}

TEST(Status, SaysOnlyTheThreeWordsThatPublishedClientsKnow) {
  const std::pair<State, std::string_view> rows[] = {
      {State::pending, "PENDING"},
      {State::approved, "APPROVED"},
      {State::approved_with_modifications, "APPROVED"},
      {State::rejected, "REJECTED"},
      {State::expired, "REJECTED"},
      {State::cancelled, "REJECTED"},
      {State::denied, "REJECTED"}};
  for (const auto& [state, word] : rows) {
    EXPECT_EQ(written(view_of(state)).root.find_string("status"), word);
    EXPECT_EQ(written(view_of(state)).root.find_string("state"), approval::to_string(state));
  }
}

TEST(Status, EchoesThePayloadAsItWasWritten) {
  const auto view = view_of(State::approved);
  EXPECT_TRUE(
      status_body(view).contains("\"payload\":{ \"b\" : 1.0, \"a\":12345678901234567890 },"));
}

TEST(Status, HasAPatchOnlyWhereSomethingWasChanged) {
  auto view = view_of(State::approved);
  view.edited_payload = "{\"b\":2}";
  EXPECT_TRUE(written(view).root.find("patched_payload")->is_null());
  view.state = State::approved_with_modifications;
  EXPECT_TRUE(status_body(view).contains("\"patched_payload\":{\"b\":2},"));
}

TEST(Status, NamesTheEntryOfTheDecisionAndNoneBeforeIt) {
  auto view = view_of(State::rejected);
  view.rows.state.leaf_index = 7;
  EXPECT_EQ(written(view).root.find("leaf_index")->as_integer(), 7);
  view.state = State::pending;
  EXPECT_EQ(written(view).root.find("leaf_index"), nullptr);
}

TEST(Status, SaysAllThatIsToldBesideIt) {
  auto view = view_of(State::approved);
  view.rows.state.leaf_index = 7;
  const Told told{.changes_requested = R"({"n":1})",
                  .diff_summary = R"({"n":2})",
                  .number_match = R"({"n":3})",
                  .permit = R"({"n":4})"};
  const auto document = json::parse(status_body(view, told));
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ(document->root.find("leaf_index")->as_integer(), 7);
  int place = 0;
  for (const auto* name : {"changes_requested", "diff_summary", "number_match", "permit"}) {
    const json::Value* value = document->root.find(name);
    ASSERT_NE(value, nullptr) << name;
    EXPECT_EQ(value->find("n")->as_integer(), ++place) << name;
  }
}

TEST(Status, HasMetadataAsAnObjectInEveryState) {
  for (const State state : {State::pending, State::approved, State::expired}) {
    const auto document = written(view_of(state));
    ASSERT_TRUE(document.root.find("metadata")->is_object());
    for (const auto name : {"resolved_at", "actor_id", "method"}) {
      EXPECT_NE(document.root.find("metadata")->find(name), nullptr) << name;
    }
  }
  EXPECT_TRUE(written(view_of(State::pending)).root.find("resolved_at")->is_null());
  EXPECT_EQ(written(view_of(State::approved)).root.find_string("resolved_at"),
            "2026-03-01T12:00:00.000Z");
}

TEST(Status, GivesTheReasonInBothPlaces) {
  auto view = view_of(State::rejected);
  view.reason = "not \"now\"";
  const auto document = written(view);
  EXPECT_EQ(document.root.find_string("reason"), "not \"now\"");
  EXPECT_EQ(document.root.find("metadata")->find_string("reason"), "not \"now\"");
}

TEST(Status, NamesExpiryAsTheReasonOfItsRejection) {
  EXPECT_EQ(written(view_of(State::expired)).root.find_string("reason"), "expired");
  EXPECT_EQ(written(view_of(State::cancelled)).root.find_string("reason"), "cancelled");
  EXPECT_EQ(written(view_of(State::denied)).root.find_string("reason"), "denied");
  EXPECT_EQ(written(view_of(State::rejected)).root.find("reason"), nullptr);
  EXPECT_EQ(written(view_of(State::approved)).root.find("reason"), nullptr);
}

TEST(Status, TellsADecisionWithoutThePayload) {
  const std::string decision = decision_body(view_of(State::approved));
  EXPECT_FALSE(decision.contains("payload"));
  EXPECT_EQ(json::parse(decision)->root.find_string("actor_id"), "mem_1");
}

TEST(Hold, AnswersAStockClientsFirstPollAtOnceAndHoldsTheNext) {
  EXPECT_EQ(hold_ms(std::nullopt, "", "letsping-python/0.3.3", false), 0);
  EXPECT_EQ(hold_ms(std::nullopt, "", "letsping-python/0.3.3", true), 25'000);
  EXPECT_EQ(hold_ms(std::nullopt, "", "letsping-node/0.3.3", true), 55'000);
  EXPECT_EQ(hold_ms(std::nullopt, "", "curl/8.0", true), 0);
  EXPECT_EQ(hold_ms(std::nullopt, "", "my letsping-node/1", true), 0);
}

TEST(Hold, LastsAsLongAsTheClientAsks) {
  EXPECT_EQ(hold_ms("30", "", "curl/8.0", false), 30'000);
  EXPECT_EQ(hold_ms("0", "", "letsping-node/0.3.3", true), 0);
  EXPECT_EQ(hold_ms("600", "", "", false), 60'000);
  EXPECT_EQ(hold_ms(std::nullopt, "respond-async, wait=10", "", false), 10'000);
  EXPECT_EQ(hold_ms(std::nullopt, "wait=x", "letsping-node/1", true), 55'000);
  EXPECT_EQ(hold_ms(std::nullopt, "nowait=5", "", true), 0);
}

}  // namespace
}  // namespace lp::api
