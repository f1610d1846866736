#include "api/review/session.h"

#include <thread>

#include "api/testing.h"
#include "identity/setup_token.h"

namespace lp::api {
namespace {

std::string setup_token(Server& server) {
  return std::string(server.house.engine->run(core::MakeSetupToken{})->token.reveal());
}

json::Value token_body(const std::string& token) {
  auto body = json::Value::object();
  body.add("token", token);
  return body;
}

// As the page does it: every byte from the documented reply, none from the server's own code.
json::Value sign_roster(const crypto::P256Key& key, const json::Value& project,
                        const json::Value& terms, Entropy& entropy) {
  auto entry = json::Value::object();
  entry.add("salt", base64(entropy.bytes(32)))
      .add("member", text_at(terms, "member"))
      .add("roles", json::Value::array({"owner", "reviewer"}))
      .add("groups", json::Value::array())
      .add("class", "device")
      .add("spki", base64(key.spki()))
      .add("cosigned", json::Value::array());
  const std::string entry_bytes = json::canonical(entry);
  auto tree = json::Value::object();
  tree.add("size", 1).add("root", crypto::sha256(std::string(1, '\0') + entry_bytes).hex());
  auto head = json::Value::object();
  head.add("v", 1)
      .add("origin", text_at(project, "origin"))
      .add("version", 1)
      .add("owners", json::Value::array({json::Value(base64(key.spki()))}))
      .add("threshold", *terms.find("threshold"))
      .add("issuer", *project.find("issuer"))
      .add("log", *project.find("log"))
      .add("min", *terms.find("min"))
      .add("single_operator", true)
      .add("tree", std::move(tree))
      .add("time", text_at(terms, "time"));
  if (!terms.find("marks")->items().empty()) head.add("marks", *terms.find("marks"));
  const std::string head_bytes = json::canonical(head);
  auto roster = json::Value::object();
  roster.add("project", text_at(project, "id"))
      .add("entry", entry_bytes)
      .add("head", head_bytes)
      .add("signature", base64(key.sign(std::string("lp-roster/1\0", 12) + head_bytes)));
  return roster;
}

json::Value finish_body(const std::string& token, const crypto::P256Key& key,
                        const json::Value& begun, Entropy& entropy) {
  json::Array rosters;
  for (const auto& project : begun.find("projects")->items()) {
    rosters.push_back(sign_roster(key, project, begun, entropy));
  }
  auto body = json::Value::object();
  body.add("token", token)
      .add("name", "Ada")
      .add("spki", base64(key.spki()))
      .add("rosters", json::Value::array(std::move(rosters)));
  return body;
}

TEST(Setup, MakesTheOwnerOnceAndSignsThemIn) {
  Server server(false);
  ASSERT_TRUE(server.house.engine->run(core::CreateProject{.name = "second"}).has_value());
  Browser browser{server};
  const std::string token = setup_token(server);
  const net::Reply begun = browser.post("/api/setup/begin", token_body(token));
  ASSERT_EQ(begun.status, 200) << begun.body;
  EXPECT_EQ(browser.post("/api/setup/begin", token_body(token)).status, 200);
  EXPECT_EQ(body_of(begun).find("projects")->items().size(), 2U);
  EXPECT_EQ(body_of(begun).find("marks")->items(), json::Array{"self_enrolled"});

  const auto key = crypto::P256Key::generate();
  const auto finish = finish_body(token, key, body_of(begun), server.house.entropy);
  const net::Reply done = browser.post("/api/setup/finish", finish);
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(text_at(*body_of(done).find("member"), "id"), text_at(body_of(begun), "member"));
  EXPECT_EQ(text_at(body_of(done), "key"), evidence::key_id(key.spki()));
  ASSERT_EQ(browser.cookie.size(), 43U);

  const net::Reply session = browser.get("/api/session");
  ASSERT_EQ(session.status, 200) << session.body;
  const json::Value view = body_of(session);
  EXPECT_EQ(text_at(*view.find("member"), "name"), "Ada");
  EXPECT_EQ(view.find("member")->find("roles")->items(), (json::Array{"owner", "reviewer"}));
  EXPECT_EQ(view.find("projects")->items().size(), 2U);
  EXPECT_EQ(text_at(view.find("projects")->items()[0], "roster_sha256").size(), 64U);

  const net::Reply again = browser.post("/api/setup/finish", finish);
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(reason_in(again), "already_set_up");
  EXPECT_EQ(browser.post("/api/setup/begin", token_body(token)).status, 410);
}

TEST(Setup, SetsACookieThatScriptsAndOtherSitesCannotUse) {
  Server server;
  Browser browser{server};
  const net::Reply reply = browser.login_as(server.house.approver);
  std::string header;
  for (const auto& [name, value] : reply.headers) {
    if (name == "Set-Cookie") header = value;
  }
  EXPECT_EQ(header, "__Host-lp=" + browser.cookie + "; HttpOnly; Secure; SameSite=Strict; Path=/");
}

TEST(Setup, RefusesOtherAndExpiredTokens) {
  Server server(false);
  Browser browser{server};
  const std::string token = setup_token(server);
  for (const char* path : {"/api/setup/begin", "/api/setup/finish"}) {
    auto body = token_body(identity::new_setup_token(server.house.entropy));
    body.add("name", "Eve").add("spki", "AAAA").add("rosters", json::Value::array());
    const net::Reply unknown = browser.post(path, body);
    EXPECT_EQ(unknown.status, 401) << path;
    EXPECT_EQ(reason_in(unknown), "setup_token_invalid") << path;
    body.members()[0].second = json::Value("short");
    EXPECT_EQ(browser.post(path, body).status, 401) << path;
    // The core's own set-up inside the process needs none; from outside there is no such thing.
    body.members()[0].second = json::Value("");
    EXPECT_EQ(browser.post(path, body).status, 422) << path;
  }
  server.house.clock.advance_ms(identity::setup_token_ms);
  const net::Reply late = browser.post("/api/setup/begin", token_body(token));
  EXPECT_EQ(late.status, 410);
  EXPECT_EQ(reason_in(late), "setup_token_expired");
  EXPECT_FALSE(server.house.engine->directory()->set_up);
}

TEST(Setup, RefusesARosterThatIsNotTheOneOffered) {
  Server server(false);
  Browser browser{server};
  const std::string token = setup_token(server);
  const json::Value begun = body_of(browser.post("/api/setup/begin", token_body(token)));
  const auto key = crypto::P256Key::generate();
  auto terms = begun;
  for (auto& [name, value] : terms.members()) {
    if (name == "threshold") value = json::Value(2);
  }
  const net::Reply reply =
      browser.post("/api/setup/finish", finish_body(token, key, terms, server.house.entropy));
  EXPECT_EQ(reply.status, 422);
  EXPECT_EQ(reason_in(reply), "roster_mismatch");
  EXPECT_NE(reply.body.find(server.house.project), std::string::npos);
}

TEST(Setup, HasOneWinnerAmongTwenty) {
  Server server(false);
  const std::string token = setup_token(server);
  Browser first{server};
  const json::Value begun = body_of(first.post("/api/setup/begin", token_body(token)));
  std::atomic<int> winners = 0, losers = 0;
  {
    std::vector<std::jthread> people;
    for (int i = 0; i < 20; ++i) {
      people.emplace_back([&] {
        crypto::SystemEntropy entropy;
        const auto key = crypto::P256Key::generate();
        Browser browser{server};
        const net::Reply reply =
            browser.post("/api/setup/finish", finish_body(token, key, begun, entropy));
        if (reply.status == 200) ++winners;
        if (reply.status == 409 && browser.cookie.empty()) ++losers;
      });
    }
  }
  EXPECT_EQ(winners, 1);
  EXPECT_EQ(losers, 19);
  EXPECT_EQ(server.house.engine->directory()->members.size(), 1U);
}

TEST(Setup, SlowsDownWhoTriesTooOften) {
  Server server(false);
  server.context.limits.attempts = {.count = 3, .period_ms = 60'000, .burst = 3};
  Browser browser{server};
  const auto guess = token_body(identity::new_setup_token(server.house.entropy));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(browser.post("/api/setup/begin", guess).status, 401);
  const net::Reply reply = browser.post("/api/setup/begin", guess);
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(reason_in(reply), "attempts_limited");
}

TEST(Roster, OfAProjectMadeLaterIsSignedByTheSetupOwnerOnly) {
  Server server;
  Browser browser{server};
  browser.login();
  const std::string made = server.house.engine->run(core::CreateProject{.name = "later"})->id;
  EXPECT_EQ(body_of(browser.get("/api/session")).find("projects")->items().size(), 2U);
  auto wish = json::Value::object();
  wish.add("project", made);
  const json::Value begun = body_of(browser.post("/api/review/rosters/begin", wish));
  const json::Value roster =
      sign_roster(server.house.approver, *begun.find("project"), begun, server.house.entropy);
  const net::Reply done = browser.post("/api/review/rosters/finish", roster);
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(text_at(body_of(done), "roster_sha256"), crypto::sha256(text_at(roster, "head")).hex());
  EXPECT_EQ(body_of(done).find_integer("roster_version"), 1);
  EXPECT_EQ(reason_in(browser.post("/api/review/rosters/finish", roster)), "already_set_up");
  wish.members()[0].second = json::Value("proj_unknown");
  EXPECT_EQ(browser.post("/api/review/rosters/begin", wish).status, 404);
}

TEST(Session, BeginsWithALoginAndEndsWithALogout) {
  Server server;
  Browser browser{server};
  EXPECT_EQ(browser.get("/api/session").status, 401);
  browser.login();
  const net::Reply session = browser.get("/api/session");
  ASSERT_EQ(session.status, 200);
  EXPECT_EQ(text_at(body_of(session), "key"), evidence::key_id(server.house.approver.spki()));
  const std::string cookie = browser.cookie;
  EXPECT_EQ(browser.post("/api/logout", json::Value::object()).status, 200);
  EXPECT_TRUE(browser.cookie.empty());
  browser.cookie = cookie;
  EXPECT_EQ(reason_in(browser.get("/api/session")), "no_session");
  EXPECT_EQ(browser.post("/api/logout", json::Value::object()).status, 200);
}

TEST(Session, IsANewOneAtEveryLogin) {
  Server server;
  Browser browser{server};
  browser.login();
  const std::string first = browser.cookie;
  browser.login();
  EXPECT_NE(browser.cookie, first);
  Browser thief{server, first};
  EXPECT_EQ(thief.get("/api/session").status, 401);
  EXPECT_EQ(browser.get("/api/session").status, 200);
}

TEST(Session, EndsAfterTwelveHours) {
  Server server;
  Browser browser{server};
  browser.login();
  server.house.clock.advance_ms(12LL * 3'600'000 - 1);
  EXPECT_EQ(browser.get("/api/session").status, 200);
  server.house.clock.advance_ms(1);
  EXPECT_EQ(reason_in(browser.get("/api/session")), "no_session");
}

TEST(Session, IsNotFoundUnderMadeUpCookies) {
  Server server;
  Browser browser{server};
  browser.login();
  Browser other{server, "x"};
  EXPECT_EQ(other.get("/api/session").status, 401);
  other.cookie = base64url(std::string(32, 'x'));
  EXPECT_EQ(other.get("/api/session").status, 401);
  // The cookie is looked up by its hash; the hash itself opens nothing.
  other.cookie = base64url(crypto::sha256(browser.cookie).view());
  EXPECT_EQ(other.get("/api/session").status, 401);
}

TEST(Session, OpensTheLogOfItsProjectsOnly) {
  Server server;
  Browser browser{server};
  const auto made = server.house.engine->run(core::CreateProject{.name = "later"});
  const auto directory = server.house.engine->directory();
  const auto checkpoint = [&](const std::string& project) {
    return "/log/" + id_hex(project) + "/checkpoint";
  };
  EXPECT_EQ(browser.get(checkpoint(server.house.project)).status, 401);
  browser.login();
  EXPECT_EQ(browser.get(checkpoint(server.house.project)).status, 200);
  EXPECT_EQ(browser.get(checkpoint(made->id)).status, 401);
}

TEST(Login, RefusesAllButAFreshBodyOfThisServerBySignedKey) {
  Server server;
  Browser browser{server};
  const auto stranger = crypto::P256Key::generate();
  EXPECT_EQ(reason_in(browser.login_as(stranger)), "login_refused");
  EXPECT_EQ(reason_in(browser.login_as(server.house.approver, "http://localhost:9999")),
            "login_refused");
  const net::Reply begun = browser.post("/api/login/begin", json::Value::object());
  auto claims = json::Value::object();
  claims.add("origin", "http://localhost:8400")
      .add("server_nonce", text_at(body_of(begun), "server_nonce"))
      .add("client_nonce", base64(std::string(16, 'c')));
  const std::string body = json::canonical(claims);
  EXPECT_EQ(reason_in(browser.send_login(json::compact(claims), server.house.approver)),
            "login_refused");
  ASSERT_EQ(browser.send_login(body, server.house.approver).status, 200);
  const net::Reply replay = browser.send_login(body, server.house.approver);
  EXPECT_EQ(reason_in(replay), "login_refused");
  EXPECT_EQ(server.house.engine->run(core::EndSession{}).has_value(), true);
}

TEST(Login, RecordsFailuresOfKnownKeysInTheLog) {
  Server server;
  Browser browser{server};
  const auto size = [&] {
    EXPECT_TRUE(server.house.engine->run(core::EndSession{}).has_value());
    return server.house.engine->directory()
        ->project(server.house.project)
        ->live->signed_size.load();
  };
  const auto before = size();
  static_cast<void>(browser.login_as(crypto::P256Key::generate()));
  EXPECT_EQ(size(), before);
  static_cast<void>(browser.login_as(server.house.approver, "http://elsewhere"));
  EXPECT_EQ(size(), before + 1);
  const auto leaf = server.house.engine->reader().leaf(server.house.project, before);
  ASSERT_TRUE(leaf.has_value() && leaf->has_value());
  EXPECT_EQ((*leaf)->type, evidence::EventType::login_failed);
}

}  // namespace
}  // namespace lp::api
