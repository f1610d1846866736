#include "api/review/agents.h"

#include <gtest/gtest.h>

#include "api/authorization_testing.h"

namespace lp::api {
namespace {

constexpr const char* keys_path = "/api/review/api-keys";
constexpr const char* agents_path = "/api/review/agents";

json::Value object(std::initializer_list<std::pair<const char*, const char*>> members) {
  auto value = json::Value::object();
  for (const auto& [name, text] : members) value.add(name, text);
  return value;
}

// Of the first project, in the list that this browser gets.
json::Value listed(Browser browser, const std::string& kind, const std::string& id) {
  const json::Value all = body_of(browser.get(agents_path));
  for (const auto& project : all.find("projects")->items()) {
    for (const auto& item : project.find(kind)->items()) {
      if (text_at(item, "id") == id) return item;
    }
  }
  return json::Value::object();
}

std::string made_key(Cast& cast, const std::string& column, std::string* secret = nullptr) {
  const net::Reply reply = cast.browser(column).post(
      keys_path, object({{"project", "default"}, {"role", "agent"}, {"name", "night bot"}}));
  EXPECT_EQ(reply.status, 200) << reply.body;
  if (secret != nullptr) *secret = text_at(body_of(reply), "secret");
  return text_at(body_of(reply), "id");
}

int asks_with(Cast& cast, const std::string& secret) {
  net::Request request = page_call(net::Method::get, "/api/status/req_none");
  request.headers = {{"authorization", "Bearer " + secret}};
  return cast.server.send(std::move(request)).status;
}

TEST(AgentsDoor, MakesAKeyThatIsItsMakersAndIsShownOnce) {
  Cast cast;
  std::string secret;
  const std::string id = made_key(cast, "developer", &secret);
  EXPECT_TRUE(secret.starts_with("lp_"));
  const json::Value key = listed(cast.browser("auditor"), "keys", id);
  EXPECT_EQ(text_at(*key.find("owner"), "id"), cast.member("developer"));
  EXPECT_EQ(text_at(key, "name"), "night bot");
  EXPECT_EQ(key.find("last_seen_at"), nullptr);
  EXPECT_EQ(cast.browser("owner").get(agents_path).body.find(secret), std::string::npos);
  // What the log says of it: that this member did it.
  const auto leaf = cast.house().engine->reader().leaf(cast.house().project, cast.newest_leaf());
  EXPECT_TRUE((*leaf)->statement.contains(cast.member("developer"))) << (*leaf)->statement;
}

TEST(AgentsDoor, SaysWhenAKeyWasHereLast) {
  Cast cast;
  std::string secret;
  const std::string id = made_key(cast, "owner", &secret);
  EXPECT_EQ(asks_with(cast, secret), 404);
  const json::Value key = listed(cast.browser("reviewer"), "keys", id);
  EXPECT_EQ(text_at(key, "last_seen_at"), to_string(cast.house().clock.now()));
  EXPECT_EQ(text_at(key, "network"), "127.0.0.1");
}

TEST(AgentsDoor, CountsWhatEachHasWaiting) {
  Cast cast;
  cast.asked();
  cast.asked();
  std::uint64_t waiting = 0, counted = 0;
  const json::Value all = body_of(cast.browser("reviewer").get(agents_path));
  const auto& project = all.find("projects")->items().at(0);
  for (const auto& key : project.find("keys")->items()) {
    waiting += static_cast<std::uint64_t>(*key.find_integer("pending"));
  }
  counted = static_cast<std::uint64_t>(*project.find_integer("counted"));
  EXPECT_EQ(counted, static_cast<std::uint64_t>(*project.find_integer("pending")));
  EXPECT_EQ(waiting, counted);
}

TEST(AgentsDoor, EndsAKeyFromTheNextCallOn) {
  Cast cast;
  std::string secret;
  const std::string path = std::string(keys_path) + "/" + made_key(cast, "owner", &secret);
  EXPECT_EQ(cast.browser("developer").post(path + "/revoke", object({})).status, 200);
  EXPECT_EQ(asks_with(cast, secret), 401);
  const net::Reply again = cast.browser("developer").post(path + "/revoke", object({}));
  EXPECT_EQ(reason_in(again), "already_revoked");
}

TEST(AgentsDoor, LetsOnlyWhoManagesPeopleMakeAndEndKeysThatReadTheLog) {
  Cast cast;
  for (const char* role : {"executor", "auditor", "admin"}) {
    const auto wish = object({{"project", "default"}, {"role", role}, {"name", "N"}});
    EXPECT_EQ(reason_in(cast.browser("developer").post(keys_path, wish)), "not_permitted") << role;
    const net::Reply made = cast.browser("admin").post(keys_path, wish);
    ASSERT_EQ(made.status, 200) << made.body;
    const std::string path = std::string(keys_path) + "/" + text_at(body_of(made), "id");
    EXPECT_EQ(reason_in(cast.browser("developer").post(path + "/revoke", object({}))),
              "not_permitted");
    EXPECT_EQ(cast.browser("admin").post(path + "/revoke", object({})).status, 200);
  }
}

TEST(AgentsDoor, RefusesWhatNoKeyOrAgentCanBe) {
  Cast cast;
  auto owner = cast.browser("owner");
  for (const auto& wish : {object({{"project", "default"}, {"role", "king"}, {"name", "N"}}),
                           object({{"project", "default"}, {"role", "agent"}, {"name", ""}}),
                           object({{"role", "agent"}, {"name", "N"}})}) {
    EXPECT_EQ(owner.post(keys_path, wish).status, 422) << json::compact(wish);
  }
  for (const auto& wish :
       {object({{"project", "default"}, {"handle", "two words"}}), object({{"project", "default"}}),
        object({{"project", "default"}, {"handle", "b"}, {"public_key", "AAAA"}})}) {
    EXPECT_EQ(owner.post(agents_path, wish).status, 422) << json::compact(wish);
  }
  EXPECT_EQ(owner.post(agents_path, object({{"project", "none"}, {"handle", "b"}})).status, 404);
  const net::Reply taken =
      owner.post(agents_path, object({{"project", "default"}, {"handle", "bot"}}));
  EXPECT_EQ(reason_in(taken), "name_taken");
}

TEST(AgentsDoor, GivesAnAgentANextSecretAndEndsIt) {
  Cast cast;
  auto developer = cast.browser("developer");
  const json::Value made = body_of(
      developer.post(agents_path, object({{"project", "default"}, {"handle", "night-bot"}})));
  const std::string path = std::string(agents_path) + "/" + text_at(made, "id");
  const json::Value renewed = body_of(developer.post(path + "/rotate", object({})));
  EXPECT_TRUE(text_at(renewed, "secret").starts_with("lp_agent_secret_"));
  EXPECT_NE(text_at(renewed, "secret"), text_at(made, "secret"));
  const json::Value agent = listed(cast.browser("reviewer"), "agents", text_at(made, "id"));
  EXPECT_EQ(text_at(agent, "proof"), "hmac");
  EXPECT_EQ(text_at(agent, "previous_until"), text_at(renewed, "previous_until"));
  EXPECT_EQ(developer.post(path + "/revoke", object({})).status, 200);
  EXPECT_EQ(reason_in(developer.post(path + "/revoke", object({}))), "already_revoked");
  EXPECT_EQ(developer.post(path + "/rotate", object({})).status, 404);
  EXPECT_EQ(cast.house().engine->directory()->agent(cast.house().project, text_at(made, "id")),
            nullptr);
}

TEST(AgentsDoor, LeavesTheNextKeyOfAnAgentToItself) {
  Cast cast;
  const std::string spki = base64(crypto::P256Key::generate().spki());
  auto developer = cast.browser("developer");
  const json::Value made = body_of(developer.post(
      agents_path,
      object({{"project", "default"}, {"handle", "signer"}, {"public_key", spki.c_str()}})));
  EXPECT_EQ(made.find("secret"), nullptr);
  const std::string path = std::string(agents_path) + "/" + text_at(made, "id");
  EXPECT_EQ(reason_in(developer.post(path + "/rotate", object({}))), "agent_proof_required");
  const json::Value agent = listed(developer, "agents", text_at(made, "id"));
  EXPECT_EQ(text_at(agent, "proof"), "httpsig");
  EXPECT_EQ(text_at(agent, "key"), text_at(made, "key"));
}

}  // namespace
}  // namespace lp::api
