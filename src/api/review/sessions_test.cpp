#include "api/review/sessions.h"

#include <algorithm>
#include <set>

#include "api/authorization_testing.h"
#include "identity/session_token.h"

namespace lp::api {
namespace {

// The sessions that the caller is told of, by the name of their member.
std::multiset<std::string> names_in(const net::Reply& reply) {
  EXPECT_EQ(reply.status, 200) << reply.body;
  std::multiset<std::string> names;
  const json::Value body = body_of(reply);
  for (const auto& session : body.find("sessions")->items()) {
    names.insert(text_at(session, "name"));
  }
  return names;
}

json::Value session_of_member(const net::Reply& reply, std::string_view name) {
  const json::Value body = body_of(reply);
  for (const auto& session : body.find("sessions")->items()) {
    if (text_at(session, "name") == name) return session;
  }
  ADD_FAILURE() << "no session of " << name;
  return json::Value::object();
}

json::Value current_in(const net::Reply& reply) {
  const json::Value body = body_of(reply);
  for (const auto& session : body.find("sessions")->items()) {
    if (session.find("current")->as_boolean()) return session;
  }
  ADD_FAILURE() << "the session of the caller is not listed";
  return json::Value::object();
}

net::Reply end(Browser& browser, const std::string& id) {
  return browser.post("/api/sessions/" + id + "/end", json::Value::object());
}

TEST(Sessions, AreListedToTheirOwnMemberAndToThoseWhoManagePeople) {
  Cast cast;
  Browser reviewer = cast.browser("reviewer"), admin = cast.browser("admin");
  EXPECT_EQ(names_in(reviewer.get("/api/sessions")), std::multiset<std::string>{"reviewer"});
  const auto seen = names_in(admin.get("/api/sessions"));
  EXPECT_TRUE(seen.contains("Owner") && seen.contains("reviewer") && seen.contains("admin"));
  // Who manages people of one project alone sees nobody of another.
  Browser foreign = cast.browser("foreign_member");
  const auto elsewhere = names_in(foreign.get("/api/sessions"));
  EXPECT_TRUE(elsewhere.contains("foreign_member") && elsewhere.contains("owner"));
  EXPECT_FALSE(elsewhere.contains("reviewer"));
  EXPECT_FALSE(seen.contains("removed_member"));
  EXPECT_FALSE(seen.contains("ended_session"));
}

TEST(Sessions, SayWhenTheyBeganAndWereUsedAndFromWhere) {
  Server server;
  Browser browser{server};
  browser.login();
  const std::string began = to_string(server.house.clock.now());
  server.house.clock.advance_ms(60'000);
  net::Request request = browser.signed_request(net::Method::get, "/api/sessions");
  request.peer.address = "2001:db8:1:2:3::9";
  const auto session = current_in(server.send(std::move(request)));
  EXPECT_TRUE(is_id("ses", text_at(session, "id"))) << text_at(session, "id");
  EXPECT_EQ(text_at(session, "key"), evidence::key_id(server.house.approver.spki()));
  EXPECT_EQ(text_at(session, "class"), "device");
  EXPECT_EQ(text_at(session, "created_at"), began);
  EXPECT_EQ(text_at(session, "last_used_at"), to_string(server.house.clock.now()));
  EXPECT_EQ(text_at(session, "network"), "2001:db8:1:2::/64");
  EXPECT_TRUE(session.find("active")->as_boolean());
  EXPECT_TRUE(session.find("current")->as_boolean());
  server.house.clock.advance_ms(idle_max_ms);
  const auto later = current_in(browser.get("/api/sessions"));
  EXPECT_FALSE(later.find("active")->as_boolean());
  EXPECT_EQ(text_at(later, "network"), "127.0.0.1");
}

// R-SES-01: revoked in less than a second is revoked with the next call.
TEST(Sessions, AreNobodysFromTheNextCallOn) {
  Server server;
  Browser one{server}, other{server};
  one.login();
  other.login();
  const std::string id = text_at(current_in(other.get("/api/sessions")), "id");
  const auto before = server.house.engine->feed().end();
  EXPECT_EQ(end(one, id).status, 200);
  EXPECT_EQ(reason_in(other.get("/api/session")), "no_session");
  EXPECT_EQ(reason_in(other.get("/api/review/events")), "no_session");
  EXPECT_EQ(one.get("/api/session").status, 200);
  EXPECT_EQ(reason_in(end(one, id)), "not_found");
  // Event streams look whether their session lives when somebody's access changed.
  const auto notices = server.house.engine->feed().since(before, 10);
  ASSERT_TRUE(notices.has_value());
  EXPECT_TRUE(std::ranges::any_of(*notices, &core::Notice::about_access));
}

TEST(Sessions, CloseTheirEventStreamsWhenTheyEnd) {
  Server server;
  Browser browser{server};
  browser.login();
  auto outcome =
      dispatch(server.context, browser.signed_request(net::Method::get, "/api/review/events"));
  auto* stream = std::get_if<net::Stream>(&outcome);
  ASSERT_NE(stream, nullptr);
  EXPECT_FALSE(stream->next(net::Prompt::news).last);
  const auto digest = identity::session_token_digest(browser.cookie);
  ASSERT_TRUE(server.house.engine->run(core::EndSession{.token = digest}));
  const net::Chunk words = stream->next(net::Prompt::news);
  EXPECT_TRUE(words.last);
  EXPECT_TRUE(words.bytes.contains("signed_out")) << words.bytes;
}

TEST(Sessions, EndEverywhereElseAtOnce) {
  Server server;
  Browser one{server}, two{server}, three{server};
  for (Browser* browser : {&one, &two, &three}) browser->login();
  const net::Reply reply = one.post("/api/sessions/end-others", json::Value::object());
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(body_of(reply).find_integer("ended"), 3);  // and that of the set-up
  EXPECT_EQ(one.get("/api/session").status, 200);
  EXPECT_EQ(two.get("/api/session").status, 401);
  EXPECT_EQ(three.get("/api/session").status, 401);
}

TEST(Sessions, OfOthersEndByWhoManagesThemAndByNobodyElse) {
  Cast cast;
  Browser reviewer = cast.browser("reviewer"), auditor = cast.browser("auditor");
  Browser admin = cast.browser("admin"), foreign = cast.browser("foreign_member");
  const auto id = text_at(session_of_member(auditor.get("/api/sessions"), "auditor"), "id");
  EXPECT_EQ(reason_in(end(reviewer, id)), "not_found");
  EXPECT_EQ(reason_in(end(foreign, id)), "not_found");
  EXPECT_EQ(auditor.get("/api/session").status, 200);
  EXPECT_EQ(end(admin, id).status, 200);
  EXPECT_EQ(auditor.get("/api/session").status, 401);
}

TEST(Sessions, EndNothingThroughOneThatWasLeftAlone) {
  Server server;
  Browser one{server}, other{server};
  one.login();
  server.house.clock.advance_ms(idle_max_ms + 1);
  other.login();
  EXPECT_EQ(reason_in(one.post("/api/sessions/end-others", json::Value::object())), "session_idle");
  EXPECT_EQ(other.get("/api/session").status, 200);
}

TEST(Sessions, AreListedAndEndedAtTheCommandLine) {
  Server server;
  server.house.clock.advance_ms(1);  // the set-up has opened one too
  Browser browser{server};
  browser.login();
  const auto here = [&](net::Method method, const std::string& path, const std::string& body) {
    return settle(dispatch_admin(server.context, page_call(method, path, body)));
  };
  const auto session = session_of_member(here(net::Method::get, "/admin/sessions", ""), "Owner");
  EXPECT_EQ(session.find("current"), nullptr);
  EXPECT_EQ(here(net::Method::post, "/admin/sessions/ses_none/end", "{}").status, 404);
  EXPECT_EQ(
      here(net::Method::post, "/admin/sessions/" + text_at(session, "id") + "/end", "{}").status,
      200);
  EXPECT_EQ(browser.get("/api/session").status, 401);
  browser.login();
  const std::string all = R"({"member":")" + server.house.member + "\"}";
  const net::Reply ended = here(net::Method::post, "/admin/sessions/end", all);
  EXPECT_EQ(body_of(ended).find_integer("ended"), 2);
  EXPECT_EQ(browser.get("/api/session").status, 401);
  const std::string nobody = R"({"member":"mem_none"})";
  EXPECT_EQ(here(net::Method::post, "/admin/sessions/end", nobody).status, 404);
}

TEST(LastUse, IsForgottenForNewSessionsBeyondItsBoundUntilOldOnesAreOver) {
  LastUse uses(1);
  const Digest one = crypto::sha256("one"), other = crypto::sha256("other");
  uses.note(one, {0}, "127.0.0.1");
  uses.note(other, {1}, "127.0.0.1");
  EXPECT_FALSE(uses.of(other).has_value());
  uses.note(one, {2}, "127.0.0.2");
  EXPECT_EQ(uses.of(one)->network, "127.0.0.2");
  uses.note(other, {3 + 24LL * 3'600'000}, "");
  EXPECT_TRUE(uses.of(other).has_value());
  EXPECT_FALSE(uses.of(one).has_value());
}

// --- what roles may do -------------------------------------------------------------------------

TEST(Roles, OfReadersAreOfferedNoDecision) {
  Cast cast;
  const std::string path = "/api/review/requests/" + cast.asked();
  for (const char* column : {"owner", "admin", "policy_author", "auditor", "developer"}) {
    Browser browser = cast.browser(column);
    const json::Value detail = body_of(browser.get(path));
    EXPECT_EQ(detail.find("offer"), nullptr) << column;
    EXPECT_FALSE(detail.find("eligibility")->find("can_approve")->as_boolean()) << column;
    EXPECT_FALSE(detail.find("eligibility")->find("can_reject")->as_boolean()) << column;
    // It is encrypted: whoever sees it sees ciphertext.
    EXPECT_TRUE(text_at(detail, "payload").contains("_lp_enc")) << column;
  }
  Browser reviewer = cast.browser("reviewer");
  EXPECT_NE(body_of(reviewer.get(path)).find("offer"), nullptr);
}

TEST(Roles, ButThatOfReviewersAreNotGivenWhatTheServerCanOpen) {
  Cast cast;
  core::Ingest ask = cast.house().ask();
  ask.envelope.reset();
  ask.payload = core::plaintext;
  const auto asked = cast.house().engine->run(std::move(ask));
  ASSERT_TRUE(asked.has_value());
  const std::string path = "/api/review/requests/" + asked->id;
  for (const char* column : {"owner", "admin", "policy_author", "auditor", "developer"}) {
    Browser browser = cast.browser(column);
    const net::Reply reply = browser.get(path);
    EXPECT_FALSE(reply.body.contains("DROP TABLE")) << column;
    const json::Value detail = body_of(reply);
    for (const char* name : {"payload", "commit_key", "lossy", "edited"}) {
      EXPECT_EQ(detail.find(name), nullptr) << column << " " << name;
    }
    EXPECT_TRUE(detail.find("payload_withheld")->as_boolean()) << column;
  }
  Browser reviewer = cast.browser("reviewer");
  const json::Value detail = body_of(reviewer.get(path));
  EXPECT_EQ(text_at(detail, "payload"), core::plaintext);
  EXPECT_EQ(detail.find("payload_withheld"), nullptr);
}

TEST(Roles, OfAdminsDoNotReachOwners) {
  Cast cast;
  Browser admin = cast.browser("admin"), owner = cast.browser("owner");
  const auto asks = [](Browser& browser, const std::string& body) {
    return browser.send(net::Method::post, "/api/review/roster-proposals", body);
  };
  const std::string& chief = cast.member("owner");
  for (const std::string& body :
       {std::string(R"({"act":"add_member","name":"N","roles":["owner"]})"),
        R"({"act":"change_member","member":")" + chief + R"(","roles":["reviewer"]})",
        R"({"act":"change_member","member":")" + cast.member("reviewer") +
            R"(","roles":["owner","reviewer"]})",
        R"({"act":"remove_member","member":")" + chief + "\"}"}) {
    EXPECT_EQ(reason_in(asks(admin, body)), "not_permitted") << body;
    EXPECT_EQ(asks(owner, body).status, 200) << body;
  }
  // Keys come by a login link, and those of the server are its operator's.
  EXPECT_EQ(
      reason_in(asks(owner, R"({"act":"add_device","member":")" + chief + R"(","spki":"AAAA"})")),
      "not_permitted");
  EXPECT_EQ(reason_in(asks(owner, R"({"act":"rotate_issuer","project":"default"})")),
            "not_permitted");
  EXPECT_EQ(asks(admin, R"({"act":"change_member","member":")" + cast.member("reviewer") +
                            R"(","roles":["auditor"]})")
                .status,
            200);
}

// R-AUTHZ-04: rights are those of the moment in which it is decided.
TEST(Roles, ThatWereTakenDecideNothingAnyMore) {
  Cast cast;
  Browser reviewer = cast.browser("reviewer");
  const std::string path = "/api/review/requests/" + cast.asked();
  ASSERT_NE(body_of(reviewer.get(path)).find("offer"), nullptr);
  cast.make("reviewer", {"auditor"});
  const net::Reply reply =
      reviewer.send(net::Method::post, path + "/decision", R"({"core":"{}","signature":"AAAA"})");
  EXPECT_EQ(reason_in(reply), "not_a_reviewer");
  EXPECT_EQ(body_of(reviewer.get(path)).find("offer"), nullptr);
  EXPECT_EQ(reviewer.get(path + "/receipt").status, 200);
}

}  // namespace
}  // namespace lp::api
