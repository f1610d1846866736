#include "api/review/passkeys.h"

#include <gtest/gtest.h>

#include "api/review/passkey_place.h"
#include "api/review/passkeys_testing.h"

namespace lp::api {
namespace {

using identity::SoftPasskey;

TEST(ReviewPasskeys, AreBegunForThisHostWithAnIdOfTheirOwnEachTime) {
  Owner owner;
  const auto first = owner.begun("decision"), second = owner.begun("decision");
  EXPECT_EQ(text_at(*first.find("rp"), "id"), "localhost");
  EXPECT_NE(text_at(*first.find("user"), "id"), text_at(*second.find("user"), "id"));
  const auto login = owner.begun("login");
  EXPECT_EQ(text_at(*login.find("user"), "id"), base64(owner.user_id()));
  EXPECT_NE(text_at(*login.find("user"), "id"), text_at(*first.find("user"), "id"));
  EXPECT_TRUE(first.find("exclude")->items().empty());
  owner.enrol();
  EXPECT_EQ(owner.begun("decision").find("exclude")->items().front().as_string(),
            base64(owner.passkey.credential));
  EXPECT_TRUE(owner.begun("login").find("exclude")->items().empty());
  EXPECT_EQ(reason_in(owner.browser.post("/api/review/passkeys/begin",
                                         json::Value::object().add("purpose", "both"))),
            "member_invalid");
}

TEST(ReviewPasskeys, BelongToThePublicNameOrToLocalhost) {
  net::Request request = page_call(net::Method::get, "/");
  EXPECT_EQ(passkey_place("", request)->rp_id, "localhost");
  EXPECT_EQ(passkey_place("", request)->origin, "http://localhost:8400");
  request.host = "letsping.example";
  EXPECT_EQ(passkey_place("https://letsping.example", request)->rp_id, "letsping.example");
  EXPECT_FALSE(passkey_place("", request));
  EXPECT_FALSE(passkey_place("http://letsping.example", request));
  request.host = "letsping.example:8443";
  EXPECT_EQ(passkey_place("https://letsping.example:8443", request)->rp_id, "letsping.example");
  EXPECT_FALSE(passkey_place("https://letsping.example", request));
  for (const char* address : {"127.0.0.1:8400", "[::1]:8400", "[::1]", "192.0.2.7"}) {
    request.host = address;
    EXPECT_FALSE(passkey_place("https://" + request.host, request)) << address;
  }
}

TEST(ReviewPasskeys, AreRefusedWhereTheyWouldBelongToNoName) {
  Owner owner;
  net::Request request = owner.browser.signed_request(
      net::Method::post, "/api/review/passkeys/begin", R"({"purpose":"decision"})");
  request.host = "127.0.0.1:8400";
  for (auto& [name, value] : request.headers) {
    if (name == "origin") value = "http://127.0.0.1:8400";
  }
  EXPECT_EQ(reason_in(owner.server.send(std::move(request))), "passkey_place");
}

TEST(ReviewPasskeys, WaitForAnOwnerAndThenDecide) {
  Owner owner;
  const net::Reply proposed = owner.add(owner.made(owner.passkey, "decision"));
  ASSERT_EQ(proposed.status, 200) << proposed.body;
  EXPECT_EQ(text_at(body_of(proposed), "act"), "add_passkey");
  EXPECT_EQ(text_at(body_of(proposed), "rp_id"), "localhost");
  EXPECT_EQ(proposed.body.find(base64(owner.passkey.credential)), std::string::npos);
  EXPECT_TRUE(body_of(owner.browser.get("/api/review/passkeys")).find("passkeys")->items().empty());
  ASSERT_EQ(owner.sign(body_of(proposed)).status, 200);
  const auto listed = body_of(owner.browser.get("/api/review/passkeys"));
  ASSERT_EQ(listed.find("passkeys")->items().size(), 1U);
  EXPECT_EQ(text_at(listed, "rp_id"), "localhost");
  const json::Value& item = listed.find("passkeys")->items().front();
  EXPECT_EQ(text_at(item, "purpose"), "decision");
  EXPECT_EQ(item.find("projects")->items().front().as_string(), owner.server.house.project);

  const std::string request = owner.asked();
  const net::Reply decided = owner.browser.post("/api/review/requests/" + request + "/decision",
                                                owner.decision(owner.detail(request)));
  ASSERT_EQ(decided.status, 200) << decided.body;
  const auto body = body_of(decided);
  EXPECT_EQ(text_at(body, "state"), "approved");
  EXPECT_EQ(text_at(*body.find("decision"), "class"), "passkey");
}

TEST(ReviewPasskeys, AreAskedForByADetailThatNeedsOne) {
  Owner owner;
  const std::string request = owner.asked();
  const auto without = owner.detail(request);
  EXPECT_FALSE(without.find("eligibility")->find("can_approve")->as_boolean());
  EXPECT_TRUE(without.find("eligibility")->find("can_reject")->as_boolean());
  EXPECT_EQ(text_at(*without.find("eligibility"), "needs"), "passkey");
  EXPECT_NE(text_at(*without.find("eligibility"), "why").find("passkey"), std::string::npos);
  EXPECT_TRUE(without.find("passkeys")->items().empty());
  const net::Reply by_device = owner.browser.post(
      "/api/review/requests/" + request + "/decision",
      decision_json(owner.server, consider(owner.server, without, evidence::Verdict::approve)));
  EXPECT_EQ(reason_in(by_device), "passkey_needed");
  EXPECT_EQ(by_device.status, 403);
  owner.enrol();
  EXPECT_TRUE(owner.detail(request).find("eligibility")->find("can_approve")->as_boolean());
  EXPECT_EQ(text_at(*owner.detail(owner.server.house.asked()).find("eligibility"), "needs"),
            "device");
}

TEST(ReviewPasskeys, AreNotTakenWithoutTheNonceOfThisPageOrTwice) {
  Owner owner;
  const auto reason = [&](json::Value body) { return reason_in(owner.add(body)); };
  json::Value other_page = owner.made(owner.passkey, "decision");
  SoftPasskey elsewhere;
  elsewhere.origin = "https://phish.example";
  EXPECT_EQ(reason(owner.made(elsewhere, "decision")), "passkey_refused");
  SoftPasskey unverified;
  unverified.flags = identity::user_present;
  const net::Reply refused = owner.add(owner.made(unverified, "decision"));
  EXPECT_EQ(refused.status, 422);
  EXPECT_NE(refused.body.find("did not verify"), std::string::npos) << refused.body;
  EXPECT_EQ(owner.add(other_page).status, 200);
  EXPECT_EQ(reason(other_page), "passkey_refused");
  const auto late = owner.made(owner.login, "decision");
  owner.server.house.clock.advance_ms(login_nonce_ms);
  EXPECT_EQ(reason(late), "passkey_refused");
  EXPECT_EQ(reason(json::Value::object()), "member_invalid");
}

TEST(ReviewPasskeys, GoByAnOwnersSignature) {
  Owner owner;
  owner.enrol();
  const std::string key = evidence::key_id(owner.passkey.key.spki());
  const net::Reply proposed =
      owner.browser.post("/api/review/passkeys/" + key + "/remove", json::Value::object());
  ASSERT_EQ(proposed.status, 200) << proposed.body;
  EXPECT_EQ(text_at(body_of(proposed), "act"), "revoke_device");
  ASSERT_EQ(owner.sign(body_of(proposed)).status, 200);
  EXPECT_TRUE(body_of(owner.browser.get("/api/review/passkeys")).find("passkeys")->items().empty());
  EXPECT_EQ(
      owner.browser
          .post("/api/review/passkeys/" + std::string(64, 'a') + "/remove", json::Value::object())
          .status,
      404);
}

TEST(LoginByPasskey, OpensASessionOnAnyBrowserAndReplacesTheOneBefore) {
  Owner owner;
  ASSERT_EQ(owner.add(owner.made(owner.login, "login")).status, 200);
  owner.enrol();
  const std::string request = owner.asked();
  const Browser before = owner.browser;
  const net::Reply opened =
      owner.browser.post("/api/login/passkey", owner.login_body(owner.login, owner.user_id()));
  ASSERT_EQ(opened.status, 200) << opened.body;
  EXPECT_EQ(text_at(body_of(opened), "key"), evidence::key_id(owner.login.key.spki()));
  EXPECT_FALSE(body_of(opened).find("projects")->items().empty());
  EXPECT_NE(owner.browser.cookie, before.cookie);
  Browser old = before;
  EXPECT_EQ(old.get("/api/session").status, 401);
  // It sees and decides with the passkey that decides.
  const auto shown = owner.detail(request);
  EXPECT_EQ(text_at(*shown.find("offer"), "key"), evidence::key_id(owner.passkey.key.spki()));
  const net::Reply decided =
      owner.browser.post("/api/review/requests/" + request + "/decision", owner.decision(shown));
  EXPECT_EQ(decided.status, 200) << decided.body;
  // It owns no roster: what an owner signs, their device key signs.
  EXPECT_EQ(reason_in(owner.browser.get("/api/review/roster-proposals")), "not_permitted");
}

TEST(LoginByPasskey, IsRefusedWithTheSameBytesWhateverIsWrong) {
  Owner owner;
  ASSERT_EQ(owner.add(owner.made(owner.login, "login")).status, 200);
  owner.enrol();
  const auto attempt = [&](const SoftPasskey& by, std::string_view user) {
    return owner.browser.post("/api/login/passkey", owner.login_body(by, user));
  };
  const std::string expected = attempt(SoftPasskey(), owner.user_id()).body;
  EXPECT_NE(expected.find("login_refused"), std::string::npos);
  EXPECT_EQ(attempt(owner.login, "somebody else").body, expected);
  EXPECT_EQ(attempt(owner.passkey, owner.user_id()).body, expected);
  SoftPasskey forged;
  forged.credential = owner.login.credential;
  EXPECT_EQ(attempt(forged, owner.user_id()).body, expected);
  std::swap(forged.key, owner.login.key);
  forged.origin = "https://phish.example";
  EXPECT_EQ(attempt(forged, owner.user_id()).body, expected);
  forged.origin = owner.login.origin;
  forged.flags = identity::user_present;
  EXPECT_EQ(attempt(forged, owner.user_id()).body, expected);
  forged.flags |= identity::user_verified;
  const json::Value body = owner.login_body(forged, owner.user_id());
  EXPECT_EQ(owner.browser.post("/api/login/passkey", body).status, 200);
  EXPECT_EQ(owner.browser.post("/api/login/passkey", body).body, expected);
}

TEST(LoginByPasskey, TakesAKeyOfTheMembersToBeAddedAndAsksNobodyToBeRemoved) {
  Owner owner;
  json::Value forged = owner.made(owner.login, "login");
  auto body = json::Value::object();
  for (const auto& [name, value] : forged.members()) {
    body.add(name, name == "signature" ? json::Value(base64("forged")) : value);
  }
  EXPECT_EQ(reason_in(owner.add(body)), "bad_signature");
  ASSERT_EQ(owner.add(owner.made(owner.login, "login")).status, 200);
  EXPECT_EQ(reason_in(owner.add(owner.made(owner.login, "login"))), "passkey_known");
  Browser other{owner.server};
  ASSERT_EQ(other.post("/api/login/passkey", owner.login_body(owner.login, owner.user_id())).status,
            200);
  const std::string key = evidence::key_id(owner.login.key.spki());
  EXPECT_EQ(
      owner.browser.post("/api/review/passkeys/" + key + "/remove", json::Value::object()).status,
      200);
  EXPECT_EQ(other.get("/api/session").status, 401);
}

}  // namespace
}  // namespace lp::api
