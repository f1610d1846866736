#include "api/letsping/permits.h"

#include <gtest/gtest.h>

#include "api/testing.h"
#include "core/permits.h"
#include "crypto/hash.h"

namespace lp::api {
namespace {

constexpr const char* claim_key = "key-0123456789abcdef";

struct Desk {
  Server server;
  std::string executor, bearer;
  core::House& house = server.house;

  Desk() { std::tie(executor, bearer) = key("payments"); }
  std::pair<std::string, std::string> key(const std::string& name) {
    const auto made = house.engine->run(core::CreateKey{
        .project = house.project, .role = identity::KeyRole::executor, .name = name});
    return {made->id, std::string(made->key.reveal())};
  }
  std::string approved() {
    core::Ingest ask = house.ask();
    ask.capabilities = {"permit:" + executor};
    const std::string id = house.engine->run(std::move(ask))->id;
    EXPECT_TRUE(house.decide(house.consider(id, evidence::Verdict::approve)));
    return id;
  }
  net::Reply call(net::Method method, const std::string& path, const std::string& body = "") {
    net::Request request = page_call(method, path, body);
    request.headers = {{"content-type", "application/json"}, {"authorization", "Bearer " + bearer}};
    return server.send(std::move(request));
  }
  std::string permit_of(const std::string& request) {
    return (*house.engine->reader().permit_of(request))->id;
  }
  static std::string claim_body(const std::string& token) {
    auto body = json::Value::object();
    body.add("token_sha256", crypto::sha256(token).hex())
        .add("nonce", "nonce-0123456789abcdef")
        .add("claim_key", claim_key);
    return json::compact(body);
  }
};

TEST(PermitDoor, GivesTheApprovedBytesTakesAClaimAndAnOutcome) {
  Desk desk;
  const std::string request = desk.approved(), id = desk.permit_of(request);
  const json::Value shown = body_of(desk.call(net::Method::get, "/api/permits/" + id));
  EXPECT_EQ(shown.find_string("state"), "issued");
  EXPECT_EQ(shown.find("request")->find_string("id"), request);
  EXPECT_EQ(from_base64(text_at(shown, "payload")),
            desk.house.engine->request(request, {})->payload);
  ASSERT_NE(shown.find("receipt"), nullptr);
  const std::string token = text_at(shown, "token");
  const std::string path = "/api/permits/" + id;
  // What a person sees of it at each step: who, how far, until when, and nothing to claim it with.
  const auto seen = [&] {
    return *permit_shown(desk.server.context, *desk.house.engine->directory(),
                         *desk.house.engine->request(request, {}));
  };
  EXPECT_EQ(seen().find_string("state"), "issued");
  EXPECT_EQ(seen().find("executor")->find_string("name"), "payments");
  EXPECT_EQ(seen().find_string("use_by"), shown.find_string("use_by"));
  EXPECT_EQ(seen().find("token"), nullptr);
  EXPECT_EQ(seen().find("lease_until"), nullptr);
  const auto claimed = desk.call(net::Method::post, path + "/claim", Desk::claim_body(token));
  ASSERT_EQ(claimed.status, 200) << claimed.body;
  EXPECT_EQ(desk.call(net::Method::post, path + "/claim", Desk::claim_body(token)).status, 200);
  EXPECT_EQ(seen().find_string("state"), "claimed");
  EXPECT_NE(seen().find("lease_until"), nullptr);
  const std::string outcome = R"({"outcome":"succeeded","claim_key":"key-0123456789abcdef"})";
  EXPECT_EQ(desk.call(net::Method::post, path + "/outcome", outcome).status, 200);
  EXPECT_EQ(reason_in(desk.call(net::Method::post, path + "/claim", Desk::claim_body(token))),
            "permit_used");
  EXPECT_EQ(body_of(desk.call(net::Method::get, path)).find_string("state"), "succeeded");
  EXPECT_EQ(seen().find_string("state"), "succeeded");
}

TEST(PermitDoor, SaysWhatIsWrong) {
  Desk desk;
  const std::string path = "/api/permits/" + desk.permit_of(desk.approved());
  EXPECT_EQ(reason_in(desk.call(net::Method::post, path + "/claim", Desk::claim_body("other"))),
            "permit_edited");
  for (const char* body :
       {R"({})", R"({"token_sha256":"00","nonce":"0123456789abcdef","claim_key":"x"})",
        R"({"outcome":"done","claim_key":"0123456789abcdef"})"}) {
    EXPECT_EQ(desk.call(net::Method::post, path + "/claim", body).status, 422) << body;
    EXPECT_EQ(desk.call(net::Method::post, path + "/outcome", body).status, 422) << body;
  }
  EXPECT_EQ(desk.call(net::Method::get, "/api/permits/pmt_none").status, 404);
  desk.bearer = desk.key("other").second;
  EXPECT_EQ(reason_in(desk.call(net::Method::get, path)), "permit_foreign");
}

}  // namespace
}  // namespace lp::api
