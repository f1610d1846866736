#include "api/review/content_keys.h"

#include <gtest/gtest.h>

#include "api/testing.h"
#include "core/roster_offer.h"
#include "seal/wrapped_key.h"

namespace lp::api {
namespace {

constexpr const char* kid = "31e9e43f19195b15";

// The owner at a browser that has a key to wrap for.
struct Keeper {
  Server server;
  Browser browser{server};
  crypto::P256Key wrap_key = crypto::P256Key::generate();
  std::string own = evidence::key_id(server.house.approver.spki());

  Keeper() { browser.login(); }

  net::Reply announce() {
    auto body = json::Value::object();
    body.add("spki", base64(wrap_key.spki()))
        .add(
            "signature",
            base64(server.house.approver.sign(seal::wrap_key_signing_bytes(own, wrap_key.spki()))));
    return browser.post("/api/review/content-keys/device", body);
  }
  json::Value hand_over(std::int64_t epoch = 1) {
    const auto& project = *server.house.engine->directory()->project(server.house.project);
    auto terms = json::Value::object();
    terms.add("kid", kid)
        .add("epoch", epoch)
        .add("origin", project.row.origin)
        .add("from", own)
        .add("to", own)
        .add("roster_sha256", project.row.roster_sha256->hex())
        .add("epk", base64(crypto::P256Key::generate().spki()))
        .add("iv", base64(std::string(12, 'i')))
        .add("ct", base64(std::string(48, 'c')));
    const std::string document = json::canonical(terms);
    auto wrap = json::Value::object();
    wrap.add("document", document)
        .add("signature", base64(server.house.approver.sign(seal::wrap_signing_bytes(document))));
    auto body = json::Value::object();
    body.add("project", server.house.project)
        .add("kid", kid)
        .add("wraps", json::Value::array({std::move(wrap)}));
    return body;
  }
  net::Reply post(const std::string& path, const json::Value& body = json::Value::object()) {
    return browser.post("/api/review/" + path, body);
  }
  std::string of_key(const std::string& act) {
    return "content-keys/" + server.house.project + "/" + kid + "/" + act;
  }
  json::Value listed() { return body_of(browser.get("/api/review/content-keys")); }
  json::Value key() { return listed().find("projects")->items().at(0).find("keys")->items().at(0); }
};

TEST(ContentKeysDoor, ListsKeysTheirHoldersAndWhatIsWrappedForTheOneWhoAsks) {
  Keeper owner;
  EXPECT_FALSE(owner.listed().find("devices")->items().at(0).find("wrap_spki"));
  ASSERT_EQ(owner.announce().status, 200);
  const net::Reply done = owner.post("content-keys", owner.hand_over());
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(body_of(done).find_integer("epoch"), 1);
  const json::Value listed = owner.listed();
  const json::Value& device = listed.find("devices")->items().at(0);
  EXPECT_EQ(text_at(device, "key"), owner.own);
  EXPECT_EQ(text_at(device, "name"), "Owner");
  EXPECT_EQ(text_at(device, "wrap_spki"), base64(owner.wrap_key.spki()));
  const json::Value key = owner.key();
  EXPECT_EQ(text_at(key, "kid"), kid);
  EXPECT_EQ(key.find("holders")->items().at(0).as_string(), owner.own);
  EXPECT_TRUE(seal::WrappedKey::parse(text_at(*key.find("wrapped"), "document")));
  EXPECT_EQ(owner.post(owner.of_key("sheet")).status, 200);
  EXPECT_EQ(owner.post(owner.of_key("retire")).status, 200);
  EXPECT_EQ(reason_in(owner.post(owner.of_key("retire"))), "already_revoked");
  EXPECT_TRUE(owner.key().find("retired_at") && owner.key().find("sheet_checked_at"));
  EXPECT_EQ(owner.post(owner.of_key("drop")).status, 200);
  EXPECT_TRUE(owner.key().find("holders")->items().empty());
}

TEST(ContentKeysDoor, TakesNothingThatIsNoWrappedKey) {
  Keeper owner;
  ASSERT_EQ(owner.announce().status, 200);
  auto body = owner.hand_over();
  EXPECT_EQ(reason_in(owner.post("content-keys", owner.hand_over(2))), "stale");
  body.members().at(1).second = "31E9";
  EXPECT_EQ(reason_in(owner.post("content-keys", body)), "member_invalid");
  body = owner.hand_over();
  body.members().at(2).second = json::Value::array();
  EXPECT_EQ(reason_in(owner.post("content-keys", body)), "member_invalid");
  body.members().at(2).second = json::Value::array({json::Value("AAAA")});
  EXPECT_EQ(reason_in(owner.post("content-keys", body)), "member_invalid");
  body.members().at(0).second = "proj_none";
  EXPECT_EQ(reason_in(owner.post("content-keys", body)), "member_invalid");
  auto unknown = owner.hand_over();
  unknown.members().at(0).second = "proj_none";
  EXPECT_EQ(reason_in(owner.post("content-keys", unknown)), "not_found");
  EXPECT_EQ(reason_in(owner.post("content-keys/device",
                                 json::Value::object().add("spki", "!").add("signature", "AAAA"))),
            "member_invalid");
}

TEST(KeyCopiesDoor, KeepsWhatOnlyItsMemberCanOpen) {
  Keeper owner;
  const auto copy = [](std::string_view kind, const std::string& document) {
    return json::Value::object().add("kind", kind).add("document", document);
  };
  EXPECT_EQ(reason_in(owner.post("key-copies", copy("paper", "{}"))), "member_invalid");
  EXPECT_EQ(reason_in(owner.post("key-copies", copy("passkey", std::string(65'537, 'x')))),
            "member_invalid");
  const net::Reply kept = owner.post("key-copies", copy("passphrase", R"({"ct":"x"})"));
  ASSERT_EQ(kept.status, 200) << kept.body;
  const std::string id = text_at(body_of(kept), "id");
  const json::Value listed = body_of(owner.browser.get("/api/review/key-copies"));
  const json::Value& item = listed.find("copies")->items().at(0);
  EXPECT_EQ(text_at(item, "id"), id);
  EXPECT_EQ(text_at(item, "document"), R"({"ct":"x"})");
  EXPECT_EQ(owner.post("key-copies/" + id + "/remove").status, 200);
  EXPECT_EQ(reason_in(owner.post("key-copies/" + id + "/remove")), "not_found");
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(owner.post("key-copies", copy("passkey", "{}")).status, 200);
  }
  EXPECT_EQ(reason_in(owner.post("key-copies", copy("passkey", "{}"))), "key_limit");
}

}  // namespace
}  // namespace lp::api
