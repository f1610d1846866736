// The LetsPing door over a whole installation, where the clock stands still: what the wire cases
// cannot wait for.

#include <gtest/gtest.h>

#include <string>

#include "api/errors.h"
#include "api/signed_url.h"
#include "api/testing.h"

namespace lp::api {
namespace {

struct Agent {
  Server server;
  std::string key = make_key();

  std::string make_key(identity::KeyRole role = identity::KeyRole::agent) {
    const auto made = server.house.engine->run(
        core::CreateKey{.project = server.house.project, .role = role, .name = "agent"});
    return std::string(made->key.reveal());
  }
  net::Request request(net::Method method, std::string path, std::string body = {}) const {
    net::Request made = page_call(method, std::move(path), std::move(body));
    made.headers = {{"authorization", "Bearer " + key}, {"user-agent", "letsping-python/0.3.3"}};
    return made;
  }
  net::Reply send(net::Method method, std::string path, std::string body = {}) {
    return server.send(request(method, std::move(path), std::move(body)));
  }
  json::Value ask(const std::string& more = "") {
    const auto command = server.house.ask();
    const net::Reply reply =
        send(net::Method::post, "/api/ingest",
             R"({"service":"db","action":"sql","payload":)" + command.payload + more + "}");
    EXPECT_EQ(reply.status, 200) << reply.body;
    return body_of(reply);
  }
  std::string asked() { return text_at(ask(), "id"); }
  net::Outcome poll(const std::string& id, const std::string& query = "") {
    return dispatch(server.context, request(net::Method::get, "/api/status/" + id + query));
  }
  void approve(const std::string& id) {
    const auto considered = server.house.consider(id, evidence::Verdict::approve);
    ASSERT_TRUE(server.house.decide(considered).has_value());
  }
};

bool parked(const net::Outcome& outcome) {
  return std::holds_alternative<net::Park>(outcome);
}

TEST(LetsPingDoor, HoldsTheSecondPollOfAStockClientOnTheTopicOfItsRequest) {
  Agent agent;
  const std::string id = agent.asked();
  EXPECT_FALSE(parked(agent.poll(id)));
  const net::Outcome second = agent.poll(id);
  ASSERT_TRUE(parked(second));
  EXPECT_EQ(std::get<net::Park>(second).topic, id);
  EXPECT_EQ(std::get<net::Park>(second).hold_ms, 25'000);
}

TEST(LetsPingDoor, DoesNotHoldAPollThatComesLongAfterTheLast) {
  Agent agent;
  const std::string id = agent.asked();
  EXPECT_FALSE(parked(agent.poll(id)));
  agent.server.house.clock.advance_ms(15'001);
  EXPECT_FALSE(parked(agent.poll(id)));
}

TEST(LetsPingDoor, AnswersAHeldPollOnceAndOnlyWhenItIsDecided) {
  Agent agent;
  const std::string id = agent.asked();
  net::Outcome held = agent.poll(id, "?wait=20");
  ASSERT_TRUE(parked(held));
  auto& park = std::get<net::Park>(held);
  EXPECT_FALSE(park.render(false).has_value());
  EXPECT_EQ(agent.server.context.holds.total(), 1u);
  agent.approve(id);
  const auto reply = park.render(false);
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(text_at(body_of(*reply), "status"), "APPROVED");
  EXPECT_EQ(agent.server.context.holds.total(), 0u);
}

TEST(LetsPingDoor, AnswersAHeldPollAsPendingWhenItsTimeIsOver) {
  Agent agent;
  net::Outcome held = agent.poll(agent.asked(), "?wait=1");
  const auto reply = std::get<net::Park>(held).render(true);
  EXPECT_EQ(text_at(body_of(*reply), "status"), "PENDING");
}

TEST(LetsPingDoor, GivesTheSlotBackWhenTheClientGoesAway) {
  Agent agent;
  const std::string id = agent.asked();
  {
    const net::Outcome held = agent.poll(id, "?wait=20");
    EXPECT_EQ(agent.server.context.holds.total(), 1u);
    EXPECT_EQ(
        agent.server.context.engine.presence().view(id, agent.server.house.clock.now()).waiting,
        core::Presence::Waiting::connected);
  }
  EXPECT_EQ(agent.server.context.holds.total(), 0u);
  EXPECT_NE(agent.server.context.engine.presence().view(id, agent.server.house.clock.now()).waiting,
            core::Presence::Waiting::connected);
}

TEST(LetsPingDoor, AnswersPendingAtOnceOverACapAndNever429) {
  Agent agent;
  agent.server.context.limits.holds.per_key_and_address = 2;
  const std::string id = agent.asked();
  const net::Outcome first = agent.poll(id, "?wait=20"), second = agent.poll(id, "?wait=20");
  EXPECT_TRUE(parked(first) && parked(second));
  const net::Reply third = settle(agent.poll(id, "?wait=20"));
  EXPECT_EQ(third.status, 200);
  EXPECT_EQ(text_at(body_of(third), "status"), "PENDING");
}

TEST(LetsPingDoor, NotesTheFirstDeliveryOfADecision) {
  Agent agent;
  const std::string id = agent.asked();
  agent.approve(id);
  EXPECT_FALSE(agent.server.house.engine->request(id, {})->rows.delivery.has_value());
  settle(agent.poll(id));
  agent.ask();  // whatever was submitted before is done when this is
  const auto view = agent.server.house.engine->request(id, {});
  ASSERT_TRUE(view->rows.delivery.has_value());
  EXPECT_EQ(view->rows.delivery->how, "status");
}

TEST(LetsPingDoor, KeepsFlaggedNumbersAndTheLabelsOfAnAsk) {
  Agent agent;
  const std::string id = text_at(
      agent.ask(R"(,"metadata":{"role":"finance","trace_id":"t1"},"facts":{"n":1.50})"), "id");
  const auto view = agent.server.house.engine->request(id, {});
  EXPECT_EQ(view->rows.request.role, "finance");
  EXPECT_EQ(view->rows.request.trace_id, "t1");
  EXPECT_EQ(view->rows.request.client, "letsping-python/0.3.3");
  EXPECT_EQ(view->facts, R"({"n":1.50})");
}

TEST(LetsPingDoor, RefusesAnExpiredUploadUrl) {
  Agent agent;
  const std::string url = text_at(agent.ask(), "uploadUrl");
  agent.server.house.clock.advance_ms(signed_url_ms + 1'000);
  const net::Reply reply =
      agent.send(net::Method::put, url.substr(url.find("/api")), R"({"_lp_enc":true})");
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(reason_in(reply), "url_expired");
}

TEST(LetsPingDoor, MakesAbsoluteUrlsUnderThePublicUrl) {
  Agent agent;
  agent.server.context.public_url = "https://lp.example";
  const json::Value made = agent.ask();
  EXPECT_TRUE(text_at(made, "uploadUrl").starts_with("https://lp.example/api/snapshots/req_"));
  EXPECT_TRUE(text_at(made, "triage_url").starts_with("https://lp.example/requests/req_"));
}

TEST(LetsPingDoor, ForgetsSignUpTokensAfterAnHour) {
  Agent agent;
  agent.server.context.self_signup = true;
  const net::Reply issued = agent.send(net::Method::post, "/api/agent-signup/request-token", "{}");
  const std::string body = R"({"token":")" + text_at(body_of(issued), "token") + "\"}";
  agent.server.house.clock.advance_ms(SignupTokens::valid_ms);
  const net::Reply reply = agent.send(net::Method::post, "/api/agent-signup", body);
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(reason_in(reply), "signup_token_invalid");
  EXPECT_EQ(agent.server.context.signup_tokens.size(), 0u);
}

TEST(LetsPingDoor, GivesTenSignUpTokensADay) {
  Agent agent;
  agent.server.context.self_signup = true;
  int issued = 0;
  for (int hour = 0; hour < 20; ++hour) {
    const auto reply = agent.send(net::Method::post, "/api/agent-signup/request-token", "{}");
    if (reply.status == 200) ++issued;
    agent.server.house.clock.advance_ms(15 * 60'000);
  }
  // The burst of ten, and one that flowed back within five hours.
  EXPECT_EQ(issued, 11);
}

TEST(LetsPingDoor, RefusesMutedAndForeignAgentsAlike) {
  Agent agent;
  const auto body = [&](const std::string& id) {
    return R"({"service":"s","action":"a","payload":{},"agent_signature":"00","agent_id":")" + id +
           "\"}";
  };
  const net::Reply unknown = agent.send(net::Method::post, "/api/ingest", body("agent_x"));
  EXPECT_EQ(unknown.status, 401);
  const auto made = agent.send(net::Method::post, "/api/agents/register", "{}");
  const net::Reply wrong =
      agent.send(net::Method::post, "/api/ingest", body(text_at(body_of(made), "agent_id")));
  EXPECT_EQ(wrong.body, unknown.body);
}

}  // namespace
}  // namespace lp::api
