#include "api/review/sign_on.h"

#include <gtest/gtest.h>

#include "api/review/sign_on_attempt.h"
#include "api/testing.h"
#include "core/account_commands.h"

namespace lp::api {
namespace {

// A provider that answers at once, as it was told.
class SoftProvider final : public IdentityProvider {
 public:
  SignOnSettings said{
      .name = "Example", .issuer = "https://login.example", .fresh_ms = 300'000, .required = false};
  std::expected<identity::ProvenAccount, SignOnTrouble> account =
      identity::ProvenAccount{.issuer = "https://login.example",
                              .subject = "alice",
                              .session = "s1",
                              .authenticated = {},
                              .groups = {},
                              .member = {}};
  std::expected<identity::ProvenLogout, SignOnTrouble> logout =
      std::unexpected(SignOnTrouble{.unreachable = false, .why = "not a token"});
  bool busy = false;
  SignOnWish wish;
  SignOnAnswer answer;

  [[nodiscard]] const SignOnSettings& settings() const override { return said; }
  [[nodiscard]] bool begin(SignOnWish given, Done<std::string> done) override {
    if (busy) return false;
    wish = std::move(given);
    done("https://login.example/authorize?state=" + wish.state);
    return true;
  }
  [[nodiscard]] bool finish(SignOnAnswer given, Done<identity::ProvenAccount> done) override {
    if (busy) return false;
    answer = std::move(given);
    done(account);
    return true;
  }
  [[nodiscard]] bool read_logout(std::string, Done<identity::ProvenLogout> done) override {
    if (busy) return false;
    done(logout);
    return true;
  }
};

struct SignOn {
  Server server;
  SoftProvider provider;
  Browser browser{server};

  SignOn() { server.context.identity_provider = &provider; }

  std::string link() {
    const auto made = server.house.engine->run(
        core::MakeAccountLink{.member = server.house.member, .made_by = "local_operator"});
    return std::string(made->token.reveal());
  }
  net::Reply begin(json::Value wish = json::Value::object()) {
    return browser.post("/api/login/sso/begin", wish);
  }
  json::Value returned() {
    return json::Value::object().add("state", provider.wish.state).add("code", "c");
  }
  net::Reply finish(const json::Value& body) { return browser.post("/api/login/sso/finish", body); }
  net::Reply sign_in(json::Value wish = json::Value::object()) {
    EXPECT_EQ(begin(std::move(wish)).status, 200);
    return finish(returned());
  }
  net::Reply enter() { return sign_in(json::Value::object().add("link", link())); }
};

TEST(SignOn, IsOfferedWhereAProviderIsConfigured) {
  SignOn house;
  const auto methods = body_of(house.browser.get("/api/login/methods"));
  EXPECT_EQ(text_at(*methods.find("sso"), "name"), "Example");
  EXPECT_FALSE(methods.find("sso_required")->as_boolean());
  house.server.context.identity_provider = nullptr;
  EXPECT_EQ(body_of(house.browser.get("/api/login/methods")).find("sso"), nullptr);
  EXPECT_EQ(reason_in(house.begin()), "sso_off");
}

TEST(SignOn, OpensASessionThatSeesWhatItsMemberSees) {
  SignOn house;
  EXPECT_EQ(reason_in(house.sign_in()), "account_unknown");
  const net::Reply entered = house.enter();
  ASSERT_EQ(entered.status, 200) << entered.body;
  EXPECT_EQ(text_at(*body_of(entered).find("member"), "id"), house.server.house.member);
  EXPECT_EQ(house.browser.get("/api/review/requests").status, 200);
  EXPECT_EQ(house.provider.answer.code, "c");
  EXPECT_EQ(house.provider.answer.wish.nonce, house.provider.wish.nonce);
  const auto sessions = body_of(house.browser.get("/api/sessions"));
  for (const json::Value& session : sessions.find("sessions")->items()) {
    const bool current = session.find("current")->as_boolean();
    EXPECT_EQ(text_at(session, "class"), current ? "account" : "device");
  }
}

TEST(SignOn, BeginsWithSecretsOfItsOwnEachTime) {
  SignOn house;
  house.begin();
  const SignOnWish first = house.provider.wish;
  house.begin(json::Value::object().add("fresh", true));
  const SignOnWish& second = house.provider.wish;
  EXPECT_NE(first.state, second.state);
  EXPECT_NE(first.nonce, second.nonce);
  EXPECT_NE(first.verifier.reveal(), second.verifier.reveal());
  EXPECT_GE(first.verifier.reveal().size(), 43U);
  EXPECT_TRUE(second.fresh && !first.fresh);
  EXPECT_EQ(first.redirect_uri, house.server.context.local_url + "/login/callback");
  // Nothing of it can be read out of the cookie.
  EXPECT_FALSE(house.browser.sign_on.contains(base64url(second.verifier.reveal())));
}

TEST(SignOn, CountsInTheBrowserThatBeganItAndForTenMinutes) {
  SignOn house;
  house.begin();
  Browser other{house.server};
  EXPECT_EQ(reason_in(other.post("/api/login/sso/finish", house.returned())), "sso_refused");
  house.server.house.clock.advance_ms(sign_on_ms);
  EXPECT_EQ(reason_in(house.finish(house.returned())), "sso_refused");
}

TEST(SignOn, SaysWhenTheProviderIsAwayOrTooMuchIsToDo) {
  SignOn house;
  house.provider.account = std::unexpected(SignOnTrouble{.unreachable = true, .why = "it is away"});
  EXPECT_EQ(reason_in(house.sign_in()), "sso_unreachable");
  house.begin();
  house.provider.busy = true;
  EXPECT_EQ(reason_in(house.finish(house.returned())), "overloaded");
  EXPECT_EQ(reason_in(house.begin()), "overloaded");
}

TEST(SignOn, AtADeviceSignsWithItsKey) {
  SignOn house;
  ASSERT_EQ(house.enter().status, 200);
  house.begin();
  const auto nonce = text_at(body_of(house.browser.post("/api/login/begin", json::Value::object())),
                             "server_nonce");
  auto claims = json::Value::object();
  claims.add("origin", "http://localhost:8400")
      .add("server_nonce", nonce)
      .add("client_nonce", base64(std::string(16, 'n')));
  const std::string body = json::canonical(claims);
  const auto& key = house.server.house.approver;
  const auto device = json::Value::object()
                          .add("body", body)
                          .add("key", evidence::key_id(key.spki()))
                          .add("signature", base64(key.sign(evidence::login_signing_bytes(body))));
  const net::Reply done = house.finish(house.returned().add("device", device));
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(text_at(body_of(done), "key"), evidence::key_id(key.spki()));
}

TEST(SignOn, EndsTheSessionThatTheBrowserBroughtAlong) {
  SignOn house;
  ASSERT_EQ(house.enter().status, 200);
  Browser before{house.server, house.browser.cookie};
  ASSERT_EQ(house.sign_in().status, 200);
  EXPECT_EQ(reason_in(before.get("/api/session")), "no_session");
  EXPECT_EQ(house.browser.get("/api/session").status, 200);
}

TEST(SignOn, WhereItIsRequiredNothingElseOpensASession) {
  SignOn house;
  house.browser.login();
  house.provider.said.required = true;
  EXPECT_EQ(reason_in(house.browser.get("/api/session")), "sso_required");
  EXPECT_EQ(reason_in(house.browser.login_as(house.server.house.approver)), "sso_required");
  EXPECT_EQ(reason_in(house.browser.post("/api/login/passkey", json::Value::object())),
            "sso_required");
  ASSERT_EQ(house.enter().status, 200);
  EXPECT_EQ(house.browser.get("/api/session").status, 200);
}

TEST(SignOn, WhereItIsRequiredMustBeFreshToDecideAtHigh) {
  SignOn house;
  house.provider.said.required = true;
  auto wish = house.server.house.ask();
  wish.priority = "high";
  const std::string request = house.server.house.engine->run(std::move(wish))->id;
  const auto reject = [&] {
    const auto considered = house.server.house.consider(request, evidence::Verdict::reject);
    return house.browser.post("/api/review/requests/" + request + "/decision",
                              decision_json(house.server, considered));
  };
  ASSERT_EQ(house.enter().status, 200);
  EXPECT_EQ(reason_in(reject()), "account_stale") << "the provider does not say when";
  house.provider.account->authenticated = house.server.house.clock.now();
  ASSERT_EQ(house.sign_in().status, 200);
  house.server.house.clock.advance_ms(300'001);
  EXPECT_EQ(reason_in(reject()), "account_stale");
  house.provider.account->authenticated = house.server.house.clock.now();
  ASSERT_EQ(house.sign_in(json::Value::object().add("fresh", true)).status, 200);
  const net::Reply done = reject();
  EXPECT_EQ(done.status, 200) << done.body;
}

TEST(SignOn, IsLinkedAndUnlinkedByWhoManagesPeople) {
  SignOn house;
  house.browser.login();
  const auto made = house.browser.post(
      "/api/review/account-links", json::Value::object().add("member", house.server.house.member));
  ASSERT_EQ(made.status, 200) << made.body;
  const std::string url = text_at(body_of(made), "url");
  Browser page{house.server};
  const std::string token = url.substr(url.find("#a=") + 3);
  ASSERT_EQ(page.post("/api/login/sso/begin", json::Value::object().add("link", token)).status,
            200);
  ASSERT_EQ(page.post("/api/login/sso/finish", house.returned()).status, 200);
  const auto listed = body_of(house.browser.get("/api/review/accounts"));
  const auto& [account] = std::tuple(listed.find("accounts")->items().front());
  EXPECT_EQ(text_at(account, "subject"), "alice");
  const std::string path = "/api/review/accounts/" + text_at(account, "id") + "/unlink";
  EXPECT_EQ(house.browser.post(path, json::Value::object()).status, 200);
  EXPECT_EQ(reason_in(page.get("/api/session")), "no_session");
  EXPECT_EQ(reason_in(house.browser.post(path, json::Value::object())), "already_revoked");
  EXPECT_EQ(
      house.browser.post("/api/review/account-links", json::Value::object().add("member", "mem_x"))
          .status,
      404);
}

net::Request logout_call(std::string form) {
  net::Request request;
  request.method = net::Method::post;
  request.path = "/api/login/sso/logout";
  request.host = "localhost:8400";
  request.headers = {{"content-type", "application/x-www-form-urlencoded"}};
  request.body = std::move(form);
  request.peer = {.address = "192.0.2.7", .loopback = false, .uid = {}};
  return request;
}

TEST(SignOn, EndsByTheProvidersWordAndNoOther) {
  SignOn house;
  ASSERT_EQ(house.enter().status, 200);
  const auto say = [&] { return house.server.send(logout_call("logout_token=a.b.c")); };
  EXPECT_EQ(reason_in(house.server.send(logout_call("token=a.b.c"))), "logout_token_invalid");
  EXPECT_EQ(reason_in(say()), "logout_token_invalid");
  house.provider.logout = std::unexpected(SignOnTrouble{.unreachable = true, .why = "away"});
  EXPECT_EQ(reason_in(say()), "sso_unreachable");
  EXPECT_EQ(house.browser.get("/api/session").status, 200);
  house.provider.logout =
      identity::ProvenLogout{.issuer = "https://login.example",
                             .subject = "alice",
                             .session = "s1",
                             .token_id = "j1",
                             .expires = house.server.house.clock.now() + 60'000};
  EXPECT_EQ(say().status, 200);
  EXPECT_EQ(reason_in(house.browser.get("/api/session")), "no_session");
  EXPECT_EQ(reason_in(say()), "token_replayed");
}

TEST(SignOn, LimitsLogoutTokensThatAreRefused) {
  SignOn house;
  std::string last;
  for (int i = 0; i < 40; ++i) last = reason_in(house.server.send(logout_call("logout_token=x")));
  EXPECT_EQ(last, "failed_auth_limited");
}

}  // namespace
}  // namespace lp::api
