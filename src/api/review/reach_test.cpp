#include "api/review/reach.h"

#include <gtest/gtest.h>

#include "api/testing.h"
#include "core/reach.h"

namespace lp::api {
namespace {

struct Room {
  Server server;
  Browser browser{server};

  Room() { browser.login(); }

  net::Reply post(const std::string& path, const std::string& body = "{}") {
    return browser.send(net::Method::post, path, body);
  }

  net::Reply add(const std::string& more = {}) {
    return post("/api/review/channels",
                R"({"project":"default","kind":"slack","name":"#approvals",)"
                R"("to":"https://hooks.example.org/services/T0/secret")" +
                    more + "}");
  }
  json::Value listed() { return body_of(browser.get("/api/review/channels")); }
};

TEST(ReachDoor, AddsAChannelAndNeverShowsWhereItLeadsAgain) {
  Room room;
  const net::Reply reply = room.add(R"(,"after_s":300,"repeat_s":600)");
  ASSERT_EQ(reply.status, 200) << reply.body;
  const json::Value added = body_of(reply);
  EXPECT_EQ(added.find("secret"), nullptr);
  EXPECT_EQ(text_at(*added.find("channel"), "to"), "https://hooks.example.org/…");
  EXPECT_EQ(added.find("channel")->find_integer("after_s"), 300);
  const net::Reply all = room.browser.get("/api/review/channels");
  EXPECT_EQ(all.body.find("secret"), std::string::npos) << all.body;
  const json::Value listed = body_of(all);
  const auto& project = listed.find("projects")->items().at(0);
  EXPECT_FALSE(project.find("reachable")->as_boolean());
  EXPECT_EQ(project.find("channels")->items().size(), 1U);
}

TEST(ReachDoor, TellsTheSecretOfAWebhookOnce) {
  Room room;
  const net::Reply reply =
      room.post("/api/review/channels", R"({"project":"default","kind":"webhook","name":"N",)"
                                        R"("to":"https://hooks.example.org/"})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  const std::string secret = text_at(body_of(reply), "secret");
  EXPECT_TRUE(secret.starts_with("lp_whk_"));
  EXPECT_EQ(room.browser.get("/api/review/channels").body.find(secret), std::string::npos);
}

TEST(ReachDoor, RefusesWhatNoChannelCanBe) {
  Room room;
  for (const char* wrong : {R"(,"kind":"pigeon")", R"(,"repeat_s":5)", R"(,"after_s":-1)",
                            R"(,"audience":"group:nobody")", R"(,"audience":"member:mem_x")",
                            R"(,"audience":"everyone")"}) {
    const std::string text(wrong);
    const bool kind = text.contains("kind");
    const net::Reply reply =
        kind ? room.post("/api/review/channels",
                         R"({"project":"default","kind":"pigeon","name":"N","to":"x"})")
             : room.add(text);
    EXPECT_EQ(reply.status, 422) << wrong << reply.body;
  }
  const net::Reply plain = room.post(
      "/api/review/channels", R"({"project":"default","kind":"slack","name":"N","to":"http://x"})");
  EXPECT_EQ(reason_in(plain), "member_invalid");
  const net::Reply mail =
      room.post("/api/review/channels",
                R"({"project":"default","kind":"mail","name":"N","to":"a@example.org"})");
  EXPECT_EQ(reason_in(mail), "channel_off");
}

TEST(ReachDoor, TestsAndPreviewsAndRemoves) {
  Room room;
  const std::string id = text_at(*body_of(room.add()).find("channel"), "id");
  const std::string path = "/api/review/channels/" + id;
  EXPECT_EQ(room.post(path + "/test").status, 200);
  EXPECT_EQ(room.server.reach.tested, std::vector{id});
  EXPECT_EQ(text_at(body_of(room.browser.get(path + "/preview")), "text"), id);
  EXPECT_EQ(room.post(path + "/remove").status, 200);
  EXPECT_EQ(room.post(path + "/test").status, 404);
}

TEST(ReachDoor, SendsNothingWhereNoServerRuns) {
  Room room;
  room.server.context.reach = nullptr;
  EXPECT_EQ(reason_in(room.add()), "not_serving");
}

TEST(ReachDoor, RefusesMoreChannelsThanThereMayBe) {
  Room room;
  for (std::size_t i = 0; i < core::channels_per_project_max; ++i) room.add();
  EXPECT_EQ(reason_in(room.add()), "channel_limit");
}

TEST(ReachDoor, KeepsABrowserForItsMember) {
  Room room;
  const std::string point = base64url(std::string(65, '\x04'));
  const std::string auth = base64url(std::string(16, 'a'));
  const auto body = [&](const std::string& given_point) {
    return R"({"endpoint":"https://push.example.org/1","p256dh":")" + given_point +
           R"(","auth":")" + auth + R"(","name":"Firefox"})";
  };
  EXPECT_EQ(room.post("/api/review/browsers", body("AAAA")).status, 422);
  const net::Reply reply = room.post("/api/review/browsers", body(point));
  ASSERT_EQ(reply.status, 200) << reply.body;
  const std::string id = text_at(*body_of(reply).find("browser"), "id");
  EXPECT_EQ(room.post("/api/review/browsers/" + id + "/shown").status, 200);
  const json::Value listed = room.listed();
  const auto& browser = listed.find("browsers")->items().at(0);
  EXPECT_NE(browser.find("last_shown"), nullptr);
  EXPECT_EQ(room.post("/api/review/browsers/" + id + "/remove").status, 200);
  EXPECT_TRUE(room.listed().find("browsers")->items().empty());
}

TEST(ReachDoor, SaysOfEachProjectWhetherAnybodyIsTold) {
  Room room;
  const auto reachable = [&] {
    const json::Value session = body_of(room.browser.get("/api/session"));
    return session.find("projects")->items().at(0).find("reachable")->as_boolean();
  };
  const std::string id = text_at(*body_of(room.add()).find("channel"), "id");
  EXPECT_FALSE(reachable());
  EXPECT_TRUE(room.server.house.engine->run(
      core::NoteSent{.destination = id, .accepted = true, .gone = false, .error = {}}));
  EXPECT_TRUE(reachable());
}

}  // namespace
}  // namespace lp::api
