#include <gtest/gtest.h>

#include "api/testing.h"
#include "core/go_live.h"
#include "core/home.h"

namespace lp::api {
namespace {

constexpr std::string_view address = "https://letsping.example";

// A demonstration, and its owner in front of a browser.
struct Demo {
  Server server{false};
  Browser browser{server};

  explicit Demo(const std::string& set_up_at = "") {
    core::House& house = server.house;
    EXPECT_TRUE(house.engine->run(core::SetHome{.public_url = set_up_at}).has_value());
    house.member = "mem_" + base32(house.entropy.bytes(16));
    core::SetUp wish{.token = {}, .name = "Owner", .spki = house.approver.spki()};
    wish.rosters.push_back(
        core::sign_first_roster(*house.engine->directory()->project(house.project), house.approver,
                                house.member, house.clock.now(), house.entropy));
    EXPECT_TRUE(house.engine->run(std::move(wish)).has_value());
    EXPECT_EQ(browser.login_as(house.approver).status, 200);
  }
  net::Reply offered(std::string_view url = address) {
    return browser.get("/api/review/successions?public_url=" + std::string(url));
  }
  json::Value signed_for(std::string_view url) {
    const crypto::P256Key& key = server.house.approver;
    const auto signatures = [&key](const std::string& message) {
      return evidence::signatures_text({{.spki = key.spki(), .signature = key.sign(message)}});
    };
    json::Array openings;
    const json::Value offer = body_of(offered());
    for (const auto& item : offer.find("successions")->items()) {
      const std::string document = text_at(item, "document"), head = text_at(item, "head");
      openings.push_back(
          json::Value::object()
              .add("project", text_at(item, "project"))
              .add("document", document)
              .add("owners", signatures(evidence::succession_signing_bytes(document)))
              .add("head", head)
              .add("signatures", signatures(evidence::roster_signing_bytes(head))));
    }
    auto body = json::Value::object();
    body.add("openings", json::Value::array(std::move(openings))).add("public_url", url);
    return body;
  }
  net::Reply signs(const json::Value& body) {
    return browser.post("/api/review/successions", body);
  }
};

TEST(GoLive, IsOfferedAndSignedInABrowser) {
  Demo demo;
  EXPECT_EQ(reason_in(demo.offered("https://localhost")), "query_invalid");
  EXPECT_EQ(reason_in(demo.signs(demo.signed_for("http://letsping.example"))), "member_invalid");
  EXPECT_EQ(reason_in(demo.signs(demo.signed_for("https://other.example"))), "stale");
  const net::Reply done = demo.signs(demo.signed_for(address));
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(body_of(done).find("opened")->items().size(), 1U);
  // Whoever signed is signed in as before, and sees a project without the mark.
  const json::Value session = body_of(demo.browser.get("/api/session"));
  for (const auto& project : session.find("projects")->items()) {
    if (project.find("successor") == nullptr) {
      EXPECT_TRUE(project.find("marks")->items().empty());
    }
  }
  EXPECT_EQ(reason_in(demo.offered()), "already_live");
}

TEST(GoLive, IsRefusedWhileSomethingWaits) {
  Demo demo;
  const json::Value early = demo.signed_for(address);
  demo.server.house.asked();
  EXPECT_EQ(reason_in(demo.offered()), "requests_waiting");
  EXPECT_EQ(reason_in(demo.signs(early)), "requests_waiting");
}

TEST(GoLive, IsNothingForAServerWithAName) {
  Demo real{std::string(address)};
  EXPECT_EQ(reason_in(real.offered("https://b.example")), "already_live");
}

}  // namespace
}  // namespace lp::api
