#include "api/review/rosters.h"

#include <gtest/gtest.h>

#include "api/testing.h"
#include "core/roster_offer.h"
#include "core/roster_proposals.h"

namespace lp::api {
namespace {

// The owner at their browser, and somebody at the command line.
struct People {
  Server server;
  Browser owner{server};

  People() { owner.login(); }

  const core::ProjectView& view() {
    return *server.house.engine->directory()->project(server.house.project);
  }
  net::Reply post_here(const std::string& path, const json::Value& body) {
    return settle(
        dispatch_admin(server.context, page_call(net::Method::post, path, json::compact(body))));
  }
  json::Value member_body(std::string_view role = "reviewer") {
    auto body = json::Value::object();
    body.add("act", "add_member")
        .add("name", "Bob")
        .add("roles", json::Value::array({json::Value(role)}));
    return body;
  }
  json::Value proposed(const json::Value& body) {
    const net::Reply reply = post_here("/admin/roster-proposals", body);
    EXPECT_EQ(reply.status, 200) << reply.body;
    return body_of(reply);
  }
  // What an owner's page sends for it, signed by `key`.
  json::Value signed_change(const json::Value& proposal, const crypto::P256Key& key) {
    evidence::RosterWish wish;
    wish.act = *evidence::roster_act(text_at(proposal, "act"));
    wish.member = text_at(*proposal.find("member"), "id");
    wish.spki = from_base64(text_at(proposal, "spki")).value_or("");
    if (const json::Value* roles = proposal.find("roles")) {
      for (const auto& role : roles->items()) wish.roles.push_back(role.as_string());
    }
    auto entries = view().entries;
    evidence::carry_out(wish, entries, [&] { return server.house.entropy.bytes(32); });
    const auto head =
        core::next_roster_head(*view().roster, entries, server.house.clock.now()).bytes();
    json::Array texts;
    for (const auto& entry : entries) texts.emplace_back(entry.bytes());
    auto change = json::Value::object();
    change.add("project", server.house.project)
        .add("head", head)
        .add("entries", json::Value::array(std::move(texts)))
        .add("signatures", evidence::signatures_text(
                               {{key.spki(), key.sign(evidence::roster_signing_bytes(head))}}));
    json::Array names;
    if (wish.act == evidence::RosterAct::add_member) {
      names.push_back(json::Value::object().add("member", wish.member).add("name", "Bob"));
    }
    auto body = json::Value::object();
    body.add("changes", json::Value::array({std::move(change)}))
        .add("names", json::Value::array(std::move(names)));
    return body;
  }
  net::Reply sign(const json::Value& proposal) {
    return owner.post("/api/review/roster-proposals/" + text_at(proposal, "id") + "/sign",
                      signed_change(proposal, server.house.approver));
  }
  std::string bob() {
    const auto proposal = proposed(member_body());
    EXPECT_EQ(sign(proposal).status, 200);
    return text_at(*proposal.find("member"), "id");
  }
  std::string link_of(const std::string& member) {
    auto body = json::Value::object();
    body.add("member", member);
    return text_at(body_of(post_here("/admin/login-links", body)), "token");
  }
  static json::Value use_body(const std::string& token, const crypto::P256Key& key) {
    auto body = json::Value::object();
    body.add("token", token).add("spki", base64(key.spki()));
    return body;
  }
  // Bob's own browser, signed in with a key that the owner has signed for.
  Browser bobs(const crypto::P256Key& key) {
    Browser browser{server};
    const net::Reply used = browser.post("/api/login-link/device", use_body(link_of(bob()), key));
    EXPECT_EQ(used.status, 200) << used.body;
    const std::string id = text_at(body_of(used), "proposal");
    const net::Reply shown = owner.get("/api/review/roster-proposals/" + id);
    EXPECT_EQ(shown.status, 200) << shown.body;
    EXPECT_EQ(sign(body_of(shown)).status, 200);
    EXPECT_EQ(browser.login_as(key).status, 200);
    return browser;
  }
};

json::Value token_body(const std::string& token) {
  return json::Value::object().add("token", token);
}

TEST(ReviewRosters, WaitUntilTheOwnerSignsThemInTheBrowser) {
  People people;
  const auto proposal = people.proposed(people.member_body());
  EXPECT_EQ(text_at(proposal, "act"), "add_member");
  EXPECT_EQ(people.view().row.roster_version, 1U);
  const json::Value listed = body_of(people.owner.get("/api/review/roster-proposals"));
  ASSERT_EQ(listed.find("proposals")->items().size(), 1U);
  EXPECT_EQ(text_at(*listed.find("proposals")->items()[0].find("member"), "name"), "Bob");
  const net::Reply done = people.sign(proposal);
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(body_of(done).find("versions")->items()[0].find_integer("version"), 2);
  EXPECT_EQ(people.view().row.roster_version, 2U);
  EXPECT_EQ(reason_in(people.sign(proposal)), "not_found");
}

TEST(ReviewRosters, TakeNoSignatureButAnOwners) {
  People people;
  const auto proposal = people.proposed(people.member_body());
  const std::string path = "/api/review/roster-proposals/" + text_at(proposal, "id") + "/sign";
  const auto stranger = crypto::P256Key::generate();
  const net::Reply reply = people.owner.post(path, people.signed_change(proposal, stranger));
  EXPECT_EQ(reason_in(reply), "not_permitted");
  EXPECT_EQ(reason_in(people.owner.post(path, json::Value::object())), "member_invalid");
  EXPECT_EQ(people.view().row.roster_version, 1U);
  EXPECT_EQ(
      body_of(people.owner.get("/api/review/roster-proposals")).find("proposals")->items().size(),
      1U);
}

TEST(ReviewRosters, AreNoBusinessOfAReviewer) {
  People people;
  const auto key = crypto::P256Key::generate();
  Browser bob = people.bobs(key);
  const auto proposal = people.proposed(people.member_body("owner"));
  const std::string one = "/api/review/roster-proposals/" + text_at(proposal, "id");
  EXPECT_EQ(reason_in(bob.get("/api/review/roster-proposals")), "not_permitted");
  EXPECT_EQ(reason_in(bob.get(one)), "not_permitted");
  EXPECT_EQ(reason_in(bob.post(one + "/sign", people.signed_change(proposal, key))),
            "not_permitted");
  EXPECT_EQ(reason_in(bob.post(one + "/withdraw", json::Value::object())), "not_permitted");
  EXPECT_EQ(Browser{people.server}.get(one).status, 401);
  // What they need to check whom they decide beside is theirs to read.
  const json::Value rosters = body_of(bob.get("/api/review/rosters"));
  EXPECT_EQ(rosters.find("projects")->items()[0].find("rosters")->items().size(), 3U);
  EXPECT_EQ(rosters.find("members")->items().size(), 2U);
}

TEST(ReviewRosters, AreGoneWhenTheOwnerWithdrawsThem) {
  People people;
  const auto proposal = people.proposed(people.member_body());
  const std::string one = "/api/review/roster-proposals/" + text_at(proposal, "id");
  EXPECT_EQ(people.owner.post(one + "/withdraw", json::Value::object()).status, 200);
  EXPECT_EQ(reason_in(people.owner.get(one)), "not_found");
  EXPECT_EQ(reason_in(people.sign(proposal)), "not_found");
}

TEST(LoginLink, SaysHowFarItHasComeAndOpensNothing) {
  People people;
  const std::string token = people.link_of(people.bob());
  const auto key = crypto::P256Key::generate();
  Browser browser{people.server};
  const net::Reply fresh = browser.post("/api/login-link", token_body(token));
  ASSERT_EQ(fresh.status, 200) << fresh.body;
  EXPECT_EQ(text_at(body_of(fresh), "state"), "fresh");
  EXPECT_EQ(text_at(*body_of(fresh).find("member"), "name"), "Bob");
  ASSERT_EQ(browser.post("/api/login-link/device", People::use_body(token, key)).status, 200);
  EXPECT_EQ(text_at(body_of(browser.post("/api/login-link", token_body(token))), "state"),
            "waiting");
  EXPECT_TRUE(browser.cookie.empty());
  EXPECT_EQ(reason_in(browser.login_as(key)), "login_refused");
  const auto other = crypto::P256Key::generate();
  EXPECT_EQ(reason_in(browser.post("/api/login-link/device", People::use_body(token, other))),
            "login_link_expired");
}

TEST(LoginLink, BringsAKeyThatDecidesOnceTheOwnerHasSigned) {
  People people;
  const auto key = crypto::P256Key::generate();
  Browser bob = people.bobs(key);
  EXPECT_EQ(bob.get("/api/review/requests").status, 200);
  EXPECT_EQ(text_at(*body_of(bob.get("/api/session")).find("member"), "name"), "Bob");
}

TEST(LoginLink, RefusesOtherAndExpiredTokensAndKeysThatAreKnown) {
  People people;
  const std::string token = people.link_of(people.bob());
  Browser browser{people.server};
  EXPECT_EQ(reason_in(browser.post("/api/login-link", token_body("short"))), "login_link_invalid");
  const std::string other = base64url(std::string(32, 'x'));
  EXPECT_EQ(reason_in(browser.post("/api/login-link", token_body(other))), "login_link_invalid");
  const auto& owner = people.server.house.approver;
  EXPECT_EQ(reason_in(browser.post("/api/login-link/device", People::use_body(token, owner))),
            "roster_mismatch");
  people.server.house.clock.advance_ms(core::proposal_ms);
  EXPECT_EQ(reason_in(browser.post("/api/login-link", token_body(token))), "login_link_expired");
}

TEST(LoginLink, IsSlowedDownLikeALogin) {
  People people;
  people.server.context.limits.attempts = {.count = 1, .period_ms = 60'000, .burst = 1};
  Browser browser{people.server};
  static_cast<void>(browser.post("/api/login-link", token_body("x")));
  EXPECT_EQ(reason_in(browser.post("/api/login-link", token_body("x"))), "attempts_limited");
  EXPECT_EQ(reason_in(browser.post("/api/login-link/device", token_body("x"))), "attempts_limited");
}

// R-SES-01: what decides ends sooner than what only looks.
TEST(SessionIdle, LooksOnAfterFifteenMinutesButSignsNothing) {
  People people;
  const auto proposal = people.proposed(people.member_body());
  people.server.house.clock.advance_ms(idle_max_ms + 1);
  EXPECT_EQ(reason_in(people.sign(proposal)), "session_idle");
  EXPECT_EQ(people.view().row.roster_version, 1U);
  EXPECT_EQ(people.owner.get("/api/review/requests").status, 200);
  people.owner.login();
  EXPECT_EQ(people.sign(proposal).status, 200);
}

TEST(SessionIdle, HoldsBackADecisionUntilTheKeyOpensTheSessionAgain) {
  People people;
  const std::string request = people.server.house.asked();
  const std::string path = "/api/review/requests/" + request;
  people.server.house.clock.advance_ms(idle_max_ms + 1);
  const auto decision = [&] {
    return decision_json(people.server, consider(people.server, body_of(people.owner.get(path)),
                                                 evidence::Verdict::approve));
  };
  EXPECT_EQ(reason_in(people.owner.post(path + "/decision", decision())), "session_idle");
  EXPECT_EQ(people.server.house.state(request), approval::State::pending);
  people.owner.login();
  EXPECT_EQ(people.owner.post(path + "/decision", decision()).status, 200);
}

TEST(SessionIdle, ReadingARequestKeepsTheSessionActive) {
  People people;
  const std::string path = "/api/review/requests/" + people.server.house.asked();
  auto viewed = json::Value::object();
  viewed.add("version", 1);
  people.server.house.clock.advance_ms(idle_max_ms);
  ASSERT_EQ(people.owner.post(path + "/viewed", viewed).status, 200);
  people.server.house.clock.advance_ms(idle_max_ms);
  const auto body = decision_json(
      people.server,
      consider(people.server, body_of(people.owner.get(path)), evidence::Verdict::reject));
  EXPECT_EQ(people.owner.post(path + "/decision", body).status, 200);
}

}  // namespace
}  // namespace lp::api
