#include "api/review/webhooks.h"

#include <gtest/gtest.h>

#include "api/authorization_testing.h"

namespace lp::api {
namespace {

constexpr const char* path = "/api/review/webhooks";

json::Value wish(const char* url) {
  auto value = json::Value::object();
  value.add("project", "default").add("url", url);
  return value;
}

// Those of all projects: which of them stands first is its id's doing.
json::Array listed(Browser browser) {
  const json::Value all = body_of(browser.get(path));
  json::Array webhooks;
  for (const auto& project : all.find("projects")->items()) {
    for (const auto& webhook : project.find("webhooks")->items()) webhooks.push_back(webhook);
  }
  return webhooks;
}

void attempt(Cast& cast, const std::string& webhook, const std::string& state,
             const std::string& error) {
  store::OutboxItem item;
  item.project = cast.house().project;
  item.request = cast.asked();
  item.event = "request.approved";
  item.webhook = webhook;
  item.state = state;
  item.last_error = error;
  cast.house().clock.advance_ms(1'000);
  EXPECT_TRUE(cast.house().engine->run(core::OutboxAttempt{.item = item}));
}

TEST(WebhooksDoor, ShowsWhereOneLeadsWithoutItsPathAndItsSecretOnce) {
  Cast cast;
  const net::Reply made =
      cast.browser("admin").post(path, wish("https://hooks.example.org/path-token"));
  ASSERT_EQ(made.status, 200) << made.body;
  const std::string secret = text_at(body_of(made), "secret");
  EXPECT_TRUE(secret.starts_with("lp_whk_"));
  const net::Reply all = cast.browser("owner").get(path);
  EXPECT_EQ(all.body.find(secret), std::string::npos);
  EXPECT_EQ(all.body.find("path-token"), std::string::npos);
  EXPECT_EQ(text_at(listed(cast.browser("owner")).at(0), "to"), "https://hooks.example.org/…");
  EXPECT_TRUE(listed(cast.browser("reviewer")).empty());
}

TEST(WebhooksDoor, SaysWhatBecameOfTheNewestDelivery) {
  Cast cast;
  const std::string id = text_at(
      body_of(cast.browser("owner").post(path, wish("https://hooks.example.org/"))), "id");
  EXPECT_FALSE(listed(cast.browser("owner")).at(0).find("works")->as_boolean());
  attempt(cast, id, "sent", "");
  json::Value webhook = listed(cast.browser("owner")).at(0);
  EXPECT_TRUE(webhook.find("works")->as_boolean());
  EXPECT_EQ(text_at(webhook, "last_success"), to_string(cast.house().clock.now()));
  attempt(cast, id, "due", "HTTP 500");
  webhook = listed(cast.browser("owner")).at(0);
  EXPECT_FALSE(webhook.find("works")->as_boolean());
  EXPECT_EQ(text_at(webhook, "why"), "HTTP 500");
}

TEST(WebhooksDoor, TakesOneAwayForGood) {
  Cast cast;
  const std::string id = text_at(
      body_of(cast.browser("owner").post(path, wish("https://hooks.example.org/"))), "id");
  const std::string end = std::string(path) + "/" + id + "/remove";
  EXPECT_EQ(cast.browser("owner").post(end, json::Value::object()).status, 200);
  EXPECT_EQ(cast.browser("owner").post(end, json::Value::object()).status, 404);
  EXPECT_TRUE(listed(cast.browser("owner")).empty());
  // What was on its way when it went is no longer of anything.
  attempt(cast, id, "dead", "The webhook was removed");
  cast.house().close();
  cast.house().open();
  EXPECT_FALSE(cast.house().engine->directory()->webhooks.contains(id));
}

TEST(WebhooksDoor, RefusesWhatNothingCanBeSentTo) {
  Cast cast;
  for (const char* url : {"", "ftp://example.org/", "hooks.example.org"}) {
    EXPECT_EQ(cast.browser("owner").post(path, wish(url)).status, 422) << url;
  }
}

}  // namespace
}  // namespace lp::api
