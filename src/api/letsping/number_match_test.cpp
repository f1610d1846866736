// The number of a critical request, over a whole installation: who is told it, and what typing it
// does.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "api/letsping/status.h"
#include "api/review/passkeys_testing.h"
#include "core/number_match.h"

namespace lp::api {
namespace {

// An agent whose person sits beside it, and the owner who decides.
struct Live : Owner {
  std::string key = make_key(identity::KeyRole::agent);

  Live() { enrol(); }

  std::string make_key(identity::KeyRole role) {
    const auto made = server.house.engine->run(
        core::CreateKey{.project = server.house.project, .role = role, .name = "agent"});
    return std::string(made->key.reveal());
  }
  net::Request as_agent(net::Method method, std::string path, const std::string& with,
                        std::string body = {}) const {
    net::Request made = page_call(method, std::move(path), std::move(body));
    made.headers = {{"authorization", "Bearer " + with}};
    return made;
  }
  json::Value ask(const std::string& more) {
    const std::string body = R"({"service":"db","action":"sql","priority":"critical","payload":)" +
                             server.house.ask().payload + more + "}";
    const net::Reply reply =
        server.send(as_agent(net::Method::post, "/api/ingest", key, body));
    EXPECT_EQ(reply.status, 200) << reply.body;
    return body_of(reply);
  }
  json::Value ask() { return ask(R"(,"capabilities":["number_match"])"); }
  net::Outcome poll(const std::string& id, const std::string& query = "") {
    return dispatch(server.context,
                    as_agent(net::Method::get, "/api/status/" + id + query, key));
  }
  json::Value told(const std::string& id) {
    const auto body = body_of(settle(poll(id)));
    const json::Value* number = body.find("number_match");
    EXPECT_NE(number, nullptr);
    return number != nullptr ? *number : json::Value::object();
  }
  std::string digits(const std::string& id) { return text_at(told(id), "number"); }
  net::Reply type(const std::string& id, const std::string& number) {
    auto body = decision(detail(id), "it was announced");
    if (!number.empty()) body.add("number", number);
    return browser.post("/api/review/requests/" + id + "/decision", body);
  }
  std::string wrong(const std::string& id) { return digits(id) == "000" ? "001" : "000"; }
};

TEST(NumberMatchDoor, TellsTheNumberInTheAnswersToTheKeyThatAsked) {
  Live live;
  const json::Value asked = live.ask();
  const std::string id = text_at(asked, "id");
  const json::Value& number = *asked.find("number_match");
  EXPECT_EQ(text_at(number, "number").size(), 3U);
  EXPECT_EQ(number.find_integer("tries_left"), 3);
  EXPECT_EQ(text_at(number, "until"),
            to_string(live.server.house.clock.now() + core::number_life_ms));
  EXPECT_EQ(json::compact(live.told(id)), json::compact(number));
}

TEST(NumberMatchDoor, TellsStockClientsAndLowerLevelsNothing) {
  Live live;
  const json::Value stock = live.ask("");
  EXPECT_EQ(stock.find("number_match"), nullptr);
  EXPECT_EQ(body_of(settle(live.poll(text_at(stock, "id")))).find("number_match"), nullptr);
  EXPECT_FALSE(live.detail(text_at(stock, "id")).find("number_match")->as_boolean());
  EXPECT_EQ(live.detail(text_at(stock, "id")).find("number_tries_left"), nullptr);
  const std::string high = live.asked();
  EXPECT_EQ(live.detail(high).find("number_match"), nullptr);
}

// Three digits stand in many a text by chance: an answer that has the number each time that there
// is a new one tells it.
TEST(NumberMatchDoor, TellsNobodyElse) {
  Live live;
  const std::string id = text_at(live.ask(), "id");
  const std::string other_agent = live.make_key(identity::KeyRole::agent);
  const std::string auditor = live.make_key(identity::KeyRole::auditor);
  std::map<std::string, int> seen;
  std::set<std::string> asked;
  const auto look = [&](const std::string& what, const std::string& text,
                        const std::string& number) {
    asked.insert(what);
    const auto inside = [&](std::size_t at) {
      return at < text.size() && std::isalnum(static_cast<unsigned char>(text[at])) != 0;
    };
    for (auto at = text.find(number); at != std::string::npos; at = text.find(number, at + 1)) {
      if ((at > 0 && inside(at - 1)) || inside(at + 3)) continue;
      ++seen[what];
      return;
    }
  };
  constexpr int rounds = 5;
  for (int round = 0; round < rounds; ++round) {
    const std::string number = live.digits(id);
    const auto filled = [&](std::string path) {
      for (const auto& [name, value] :
           {std::pair{"{id}", id}, std::pair{"{project}", live.server.house.project}}) {
        if (const auto at = path.find(name); at != std::string::npos) {
          path.replace(at, std::string(name).size(), value);
        }
      }
      return path;
    };
    for (const Route& route : public_routes()) {
      if (route.method != net::Method::get) continue;
      const std::string path = filled(std::string(route.pattern));
      look(std::string(route.pattern), live.browser.get(path).body, number);
      for (const auto& key : {other_agent, auditor}) {
        const net::Reply reply = live.server.send(live.as_agent(net::Method::get, path, key));
        std::string text = reply.body;
        for (const auto& [name, value] : reply.headers) text += "\n" + value;
        look(std::string(route.pattern) + " by another key", text, number);
      }
    }
    for (const Route& route : socket_routes()) {
      if (route.method != net::Method::get) continue;
      const std::string path = filled(std::string(route.pattern));
      net::Request call = page_call(net::Method::get, path);
      look(path, settle(dispatch_admin(live.server.context, std::move(call))).body, number);
    }
    look("requests", live.browser.get("/api/review/requests").body, number);
    look("wrong", live.type(id, live.wrong(id)).body, number);
    const auto view = live.server.house.engine->request(id, {});
    look("webhook", decision_body(*view), number);
    for (const auto& leaf :
         *live.server.house.engine->reader().leaves(live.server.house.project, 0, 500)) {
      look("log", leaf.statement + " " + leaf.evidence, number);
    }
    // So that they do not run out.
    const auto again = live.server.house.ask();
    const std::string revision = R"({"version":)" + std::to_string(round + 1) + R"(,"payload":)" +
                                 again.payload + "}";
    look("revise",
         live.server
             .send(live.as_agent(net::Method::post, "/api/requests/" + id + "/revise", live.key,
                                 revision))
             .body,
         number);
  }
  EXPECT_GT(asked.size(), 60U);
  for (const auto& [what, times] : seen) EXPECT_LT(times, rounds) << what;
  // And it is found where it is told.
  EXPECT_NE(settle(live.poll(id)).body.find("\"" + live.digits(id) + "\""), std::string::npos);
}

TEST(NumberMatchDoor, AsksForTheNumberWhileTheAgentWaitsAndForTheValueAfterwards) {
  Live live;
  const std::string id = text_at(live.ask(), "id");
  // Nobody polls yet.
  EXPECT_FALSE(live.detail(id).find("number_match")->as_boolean());
  const std::string number = live.digits(id);
  EXPECT_TRUE(live.detail(id).find("number_match")->as_boolean());
  const net::Reply without = live.type(id, "");
  EXPECT_EQ(without.status, 409);
  EXPECT_EQ(reason_in(without), "number_needed");
  live.server.house.clock.advance_ms(30'001);
  EXPECT_FALSE(live.detail(id).find("number_match")->as_boolean());
  EXPECT_EQ(reason_in(live.type(id, number)), "number_not_asked");
  EXPECT_EQ(text_at(body_of(live.type(id, "")), "state"), "approved");
}

TEST(NumberMatchDoor, TakesAnotherKeysPollForNoSideThatShowsIt) {
  Live live;
  const std::string id = text_at(live.ask(), "id");
  const std::string other = live.make_key(identity::KeyRole::agent);
  const auto held = dispatch(
      live.server.context,
      live.as_agent(net::Method::get, "/api/status/" + id + "?wait=20", other));
  EXPECT_TRUE(std::holds_alternative<net::Park>(held));
  EXPECT_FALSE(live.detail(id).find("number_match")->as_boolean());
}

TEST(NumberMatchDoor, CountsTriesAndLeavesTheRejection) {
  Live live;
  const std::string id = text_at(live.ask(), "id");
  for (int left = 2; left >= 0; --left) {
    const net::Reply reply = live.type(id, live.wrong(id));
    EXPECT_EQ(reply.status, 409);
    EXPECT_EQ(reason_in(reply), "number_wrong");
    EXPECT_EQ(body_of(reply).find_integer("tries_left"), left);
    EXPECT_EQ(live.detail(id).find_integer("number_tries_left"), left);
  }
  EXPECT_TRUE(live.told(id).find("locked")->as_boolean());
  EXPECT_EQ(live.told(id).find("number"), nullptr);
  EXPECT_EQ(reason_in(live.type(id, "123")), "number_locked");
  const json::Value detail = live.detail(id);
  const json::Value& eligibility = *detail.find("eligibility");
  EXPECT_FALSE(eligibility.find("can_approve")->as_boolean());
  EXPECT_TRUE(eligibility.find("can_reject")->as_boolean());
  EXPECT_NE(text_at(eligibility, "why").find("Three numbers"), std::string::npos);
  const net::Reply rejected = live.browser.post(
      "/api/review/requests/" + id + "/decision",
      decision_json(live.server, consider(live.server, detail, evidence::Verdict::reject)));
  EXPECT_EQ(text_at(body_of(rejected), "state"), "rejected");
}

TEST(NumberMatchDoor, TakesTheNumberThatIsShownNowAndSaysWhenThereIsAnother) {
  Live live;
  const std::string id = text_at(live.ask(), "id");
  std::string before;
  do {
    before = live.digits(id);
    live.server.house.clock.advance_ms(core::number_life_ms);
  } while (live.digits(id) == before);
  const net::Reply reply = live.type(id, before);
  EXPECT_EQ(reason_in(reply), "number_superseded");
  EXPECT_EQ(body_of(reply).find_integer("tries_left"), 3);
  EXPECT_EQ(text_at(body_of(live.type(id, live.digits(id))), "state"), "approved");
}

TEST(NumberMatchDoor, TakesNoOtherFormForATry) {
  Live live;
  const std::string id = text_at(live.ask(), "id");
  static_cast<void>(live.digits(id));
  for (const char* form : {"12", "1234", "12a", " 12", "-12"}) {
    EXPECT_EQ(reason_in(live.type(id, form)), "member_invalid") << form;
  }
  EXPECT_EQ(live.detail(id).find_integer("number_tries_left"), 3);
}

TEST(NumberMatchDoor, HoldsAPollNoLongerThanTheNumberIsGoodAndEndsItWhenThereIsAnother) {
  Live live;
  const std::string id = text_at(live.ask(), "id");
  live.server.house.clock.advance_ms(core::number_life_ms - 5'000);
  net::Outcome held = live.poll(id, "?wait=60");
  ASSERT_TRUE(std::holds_alternative<net::Park>(held));
  auto& park = std::get<net::Park>(held);
  EXPECT_EQ(park.hold_ms, 5'000);
  EXPECT_FALSE(park.render(false).has_value());
  live.server.house.clock.advance_ms(5'000);
  const auto reply = park.render(false);
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(text_at(*body_of(*reply).find("number_match"), "until"),
            to_string(live.server.house.clock.now() + core::number_life_ms));
}

}  // namespace
}  // namespace lp::api
