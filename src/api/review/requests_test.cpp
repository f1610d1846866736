#include "api/review/requests.h"

#include <set>

#include "api/testing.h"

namespace lp::api {
namespace {

using evidence::Verdict;

struct Inbox {
  Server server;
  Browser browser{server};

  Inbox() { browser.login(); }

  std::string asked() { return server.house.asked(); }
  static std::string path(const std::string& id) { return "/api/review/requests/" + id; }
  json::Value detail(const std::string& id) { return body_of(browser.get(path(id))); }
  net::Reply decide(const std::string& id, const core::Considered& considered) {
    return browser.post(path(id) + "/decision", decision_json(server, considered));
  }
  net::Reply decide(const std::string& id, Verdict verdict) {
    return decide(id, consider(server, detail(id), verdict));
  }
};

TEST(Reviews, AreListedNewestFirstAndPaged) {
  Inbox inbox;
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    inbox.server.house.clock.advance_ms(5);
    ids.push_back(inbox.asked());
  }
  std::vector<std::string> seen;
  std::string path = "/api/review/requests?limit=2";
  for (;;) {
    const json::Value page = body_of(inbox.browser.get(path));
    for (const auto& item : page.find("requests")->items()) seen.push_back(text_at(item, "id"));
    const std::string next = text_at(page, "next");
    if (next.empty()) break;
    path = "/api/review/requests?limit=2&before=" + next;
  }
  EXPECT_EQ(seen, (std::vector<std::string>(ids.rbegin(), ids.rend())));
}

TEST(Reviews, AreFilteredByWhatTheyAreAbout) {
  Inbox inbox;
  auto ask = inbox.server.house.ask();
  ask.service = "mailer";
  ask.action = "send mail";
  ask.environment = "prod";
  const std::string mail = inbox.server.house.engine->run(ask)->id;
  const std::string other = inbox.asked();
  ASSERT_EQ(inbox.decide(other, Verdict::reject).status, 200);
  const auto ids = [&](const std::string& query) {
    std::set<std::string> found;
    const json::Value page = body_of(inbox.browser.get("/api/review/requests?" + query));
    for (const auto& item : page.find("requests")->items()) found.insert(text_at(item, "id"));
    return found;
  };
  EXPECT_EQ(ids(""), std::set{mail});
  EXPECT_EQ(ids("state=decided"), std::set{other});
  EXPECT_EQ(ids("state=all"), (std::set{mail, other}));
  EXPECT_EQ(ids("state=all&service=mailer"), std::set{mail});
  EXPECT_EQ(ids("state=all&action=send+mail"), std::set{mail});
  EXPECT_EQ(ids("state=all&environment=prod"), std::set{mail});
  EXPECT_EQ(ids("state=all&project=" + inbox.server.house.project), (std::set{mail, other}));
  EXPECT_TRUE(ids("state=all&project=proj_unknown").empty());
  for (const char* wrong : {"state=open", "limit=0", "limit=201", "limit=x", "before=x"}) {
    EXPECT_EQ(inbox.browser.get(std::string("/api/review/requests?") + wrong).status, 400) << wrong;
  }
}

TEST(Reviews, ShowTheRequestWithAnOfferToSign) {
  Inbox inbox;
  const std::string id = inbox.asked();
  const json::Value detail = inbox.detail(id);
  EXPECT_EQ(text_at(detail, "state"), "pending");
  EXPECT_EQ(text_at(detail, "payload_kind"), "v1");
  EXPECT_EQ(text_at(*detail.find("agent"), "name"), "agent");
  EXPECT_TRUE(detail.find("eligibility")->find("can_approve")->as_boolean());
  const json::Value& quorum = *detail.find("quorum");
  EXPECT_EQ(quorum.find_integer("needed"), 1);
  EXPECT_EQ(text_at(quorum, "text"), "0 of 1 person has approved: 1 more from role:reviewer.");
  const json::Value& offer = *detail.find("offer");
  EXPECT_EQ(text_at(offer, "time"), to_string(inbox.server.house.clock.now()));
  EXPECT_EQ(text_at(offer, "key"), evidence::key_id(inbox.server.house.approver.spki()));
  EXPECT_EQ(text_at(offer, "request_sha256"), text_at(detail, "request_sha256"));
}

TEST(Reviews, NoteThatAPersonHasSeenTheVersion) {
  Inbox inbox;
  const std::string id = inbox.asked();
  auto body = json::Value::object();
  EXPECT_EQ(inbox.browser.post(Inbox::path(id) + "/viewed", body).status, 422);
  body.add("version", 1);
  EXPECT_EQ(inbox.browser.post(Inbox::path(id) + "/viewed", body).body, "{}");
  body.members()[0].second = json::Value(2);
  EXPECT_EQ(reason_in(inbox.browser.post(Inbox::path(id) + "/viewed", body)), "stale_version");
}

TEST(Reviews, CloseWithASignedApproval) {
  Inbox inbox;
  const std::string id = inbox.asked();
  const net::Reply reply = inbox.decide(id, Verdict::approve);
  ASSERT_EQ(reply.status, 200) << reply.body;
  const json::Value detail = body_of(reply);
  EXPECT_EQ(text_at(detail, "state"), "approved");
  const json::Value& decision = *detail.find("decision");
  EXPECT_EQ(text_at(decision, "verdict"), "approve");
  EXPECT_EQ(text_at(decision, "class"), "device");
  EXPECT_EQ(text_at(*decision.find("by"), "name"), "Owner");
  EXPECT_FALSE(text_at(*decision.find("log"), "checkpoint").empty());
  EXPECT_EQ(detail.find("offer"), nullptr);
}

TEST(Reviews, CloseWithARejectionThatSaysWhy) {
  Inbox inbox;
  const std::string id = inbox.asked();
  auto considered = consider(inbox.server, inbox.detail(id), Verdict::reject);
  considered.reason = "too broad";
  considered.content_key.reset();
  const net::Reply reply = inbox.decide(id, considered);
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(text_at(*body_of(reply).find("decision"), "reason"), "too broad");
}

TEST(Reviews, CloseWithAnEditOfAPlaintextRequest) {
  Inbox inbox;
  auto ask = inbox.server.house.ask();
  ask.payload = core::plaintext;
  ask.envelope.reset();
  ask.lossy = {"/limit"};
  const std::string id = inbox.server.house.engine->run(ask)->id;
  const json::Value detail = inbox.detail(id);
  EXPECT_EQ(text_at(detail, "payload"), core::plaintext);
  EXPECT_EQ(detail.find("lossy")->items(), json::Array{"/limit"});
  auto considered = consider(inbox.server, detail, Verdict::approve);
  considered.edit = R"({"sql":"SELECT 1"})";
  const net::Reply reply = inbox.decide(id, considered);
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(text_at(body_of(reply), "state"), "approved_with_modifications");
  EXPECT_EQ(text_at(*body_of(reply).find("edited"), "payload"), considered.edit);
}

TEST(Reviews, AnswerAStaleCoreWithANewOffer) {
  Inbox inbox;
  const std::string id = inbox.asked();
  const auto old = consider(inbox.server, inbox.detail(id), Verdict::approve);
  const auto fresh = inbox.server.house.ask();
  ASSERT_TRUE(inbox.server.house.engine
                  ->run(core::Revise{.project = inbox.server.house.project,
                                     .request = id,
                                     .api_key = inbox.server.house.api_key,
                                     .version = 1,
                                     .payload = fresh.payload,
                                     .envelope = fresh.envelope})
                  .has_value());
  const net::Reply stale = inbox.decide(id, old);
  ASSERT_EQ(stale.status, 409) << stale.body;
  EXPECT_EQ(reason_in(stale), "stale");
  EXPECT_EQ(body_of(stale).find_integer("version"), 2);
  auto again = consider(inbox.server, inbox.detail(id), Verdict::approve);
  again.offer = read_offer(*body_of(stale).find("offer"));
  EXPECT_EQ(inbox.decide(id, again).status, 200);
}

TEST(Reviews, GiveTheStoredAnswerToTheSameCoreAgain) {
  Inbox inbox;
  const std::string id = inbox.asked();
  const json::Value body =
      decision_json(inbox.server, consider(inbox.server, inbox.detail(id), Verdict::approve));
  const std::string path = Inbox::path(id) + "/decision";
  const net::Reply first = inbox.browser.post(path, body);
  const net::Reply second = inbox.browser.post(path, body);
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(text_at(body_of(second), "state"), "approved");
}

TEST(Reviews, TellWhoWasFirst) {
  Inbox inbox;
  const std::string id = inbox.asked();
  const auto late = consider(inbox.server, inbox.detail(id), Verdict::reject);
  ASSERT_EQ(inbox.decide(id, Verdict::approve).status, 200);
  const net::Reply reply = inbox.decide(id, late);
  EXPECT_EQ(reply.status, 409);
  EXPECT_EQ(reason_in(reply), "already_decided");
  EXPECT_EQ(text_at(*body_of(reply).find("decision"), "verdict"), "approve");
}

TEST(Reviews, RefuseDecisionsThatAreNotWellFormed) {
  Inbox inbox;
  const std::string id = inbox.asked();
  const auto good =
      decision_json(inbox.server, consider(inbox.server, inbox.detail(id), Verdict::approve));
  const auto with = [&](std::string_view name, json::Value value) {
    json::Value body = good;
    bool found = false;
    for (auto& [member, existing] : body.members()) {
      if (member == name) existing = value, found = true;
    }
    if (!found) body.add(name, value);
    return reason_in(inbox.browser.post(Inbox::path(id) + "/decision", body));
  };
  EXPECT_EQ(with("core", "{}"), "bad_core");
  EXPECT_EQ(with("core", json::Value()), "member_invalid");
  EXPECT_EQ(with("signature", "!"), "member_invalid");
  EXPECT_EQ(with("signature", base64("x")), "bad_signature");
  EXPECT_EQ(with("edit", "{}"), "empty_edit");
  EXPECT_EQ(with("edit", "[1]"), "member_invalid");
  EXPECT_EQ(with("edit", json::Value(1)), "member_invalid");
  EXPECT_EQ(with("edit", R"({"a":1,"a":2})"), "duplicate_key");
  EXPECT_EQ(with("edit", R"({"a":1})"), "edit_not_allowed");
  EXPECT_EQ(text_at(inbox.detail(id), "state"), "pending");
}

// A member of another project, by hand: the API adds people only at set-up.
TEST(Reviews, AreInvisibleToWhoIsNotInTheRoster) {
  Inbox inbox;
  const std::string id = inbox.asked();
  const auto unsigned_project =
      inbox.server.house.engine->run(core::CreateProject{.name = "unsigned"});
  ASSERT_TRUE(unsigned_project.has_value());
  Session stranger{.token = {}, .member = "mem_stranger", .key = "0"};
  Call call{.request = page_call(net::Method::get, Inbox::path(id)),
            .parameters = {{"id", id}},
            .directory = inbox.server.house.engine->directory()};
  const net::Reply foreign = settle(show_review(inbox.server.context, call, stranger));
  call.parameters = {{"id", "req_00000000000000000000000000"}};
  const net::Reply unknown = settle(show_review(inbox.server.context, call, stranger));
  EXPECT_EQ(foreign.status, 404);
  EXPECT_EQ(foreign.body, unknown.body);
  call.parameters = {{"id", id}};
  // Also a decision that its approver really signed is none of theirs.
  const auto signed_decision = json::compact(
      decision_json(inbox.server, consider(inbox.server, inbox.detail(id), Verdict::approve)));
  const auto decided_by = [&](const Session& session) {
    call.request = page_call(net::Method::post, Inbox::path(id) + "/decision", signed_decision);
    return settle(decide_review(inbox.server.context, call, session));
  };
  EXPECT_EQ(decided_by(stranger).body, unknown.body);
  call.request = page_call(net::Method::post, Inbox::path(id), R"({"version":1})");
  EXPECT_EQ(settle(note_viewed(inbox.server.context, call, stranger)).body, unknown.body);
  const net::Reply list = settle(list_reviews(inbox.server.context, call, stranger));
  EXPECT_EQ(list.body, R"({"requests":[]})");
  // Their own key of another session does not decide for somebody else either.
  stranger.member = inbox.server.house.member;
  EXPECT_EQ(settle(show_review(inbox.server.context, call, stranger)).body, unknown.body);
  EXPECT_EQ(decided_by(stranger).body, unknown.body);
  EXPECT_EQ(text_at(inbox.detail(id), "state"), "pending");
}

TEST(Reviews, TakeNoDecisionOfAnotherMember) {
  Inbox inbox;
  const std::string id = inbox.asked();
  auto considered = consider(inbox.server, inbox.detail(id), Verdict::approve);
  considered.offer.approver = "mem_somebody";
  const net::Reply reply = inbox.decide(id, considered);
  EXPECT_EQ(reply.status, 422);
  EXPECT_EQ(reason_in(reply), "bad_core");
}

TEST(Reviews, NeedASessionAndThePageOfThisServer) {
  Inbox inbox;
  const std::string id = inbox.asked();
  const auto body =
      decision_json(inbox.server, consider(inbox.server, inbox.detail(id), Verdict::approve));
  Browser nobody{inbox.server};
  EXPECT_EQ(reason_in(nobody.post(Inbox::path(id) + "/decision", body)), "no_session");
  net::Request request = inbox.browser.signed_request(
      net::Method::post, Inbox::path(id) + "/decision", json::compact(body));
  for (std::size_t wall = 0; wall < 4; ++wall) {
    net::Request foreign = request;
    foreign.headers.erase(foreign.headers.begin() + static_cast<std::ptrdiff_t>(wall));
    EXPECT_EQ(reason_in(inbox.server.send(std::move(foreign))), "csrf") << wall;
  }
  EXPECT_EQ(text_at(inbox.detail(id), "state"), "pending");
}

TEST(Reviews, EveryPostOfTheDoorStandsBehindTheWalls) {
  Inbox inbox;
  for (const Route& route : public_routes()) {
    const bool of_this_door =
        route.pattern.starts_with("/api/setup") || route.pattern.starts_with("/api/log") ||
        route.pattern.starts_with("/api/session") || route.pattern.starts_with("/api/review");
    if (!of_this_door || route.method == net::Method::get) continue;
    // What the identity provider itself sends, no browser: its token speaks for it.
    if (route.pattern == "/api/login/sso/logout") continue;
    ASSERT_EQ(route.method, net::Method::post) << route.pattern;
    net::Request request =
        inbox.browser.signed_request(net::Method::post, std::string(route.pattern), "{}");
    request.headers[2].second = "https://evil.example";
    EXPECT_EQ(reason_in(inbox.server.send(std::move(request))), "csrf") << route.pattern;
  }
}

TEST(Reviews, NoGetDecides) {
  Inbox inbox;
  const std::string id = inbox.asked();
  const auto body = json::compact(
      decision_json(inbox.server, consider(inbox.server, inbox.detail(id), Verdict::approve)));
  int tried = 0;
  for (const Route& route : public_routes()) {
    std::string path(route.pattern);
    for (std::size_t open; (open = path.find('{')) != std::string::npos;) {
      path.replace(open, path.find('}') + 1 - open, id);
    }
    for (const auto method : {net::Method::get, net::Method::head}) {
      for (const char* query : {"", "?decision=approve&verdict=approve&state=approved"}) {
        net::Request request = inbox.browser.signed_request(method, path + query, body);
        static_cast<void>(inbox.server.send(std::move(request)));
        ++tried;
      }
    }
  }
  EXPECT_GT(tried, 60);
  EXPECT_EQ(text_at(inbox.detail(id), "state"), "pending");
}

}  // namespace
}  // namespace lp::api
