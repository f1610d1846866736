#include <gtest/gtest.h>

#include "api/testing.h"

namespace lp::api {
namespace {

constexpr std::string_view lists = R"(version: 1
tools: [ { service: db, action: list } ]
rules:
  - { name: lists, match: { service: db, action: list }, effect: allow }
)";

struct Socket {
  Server server;

  net::Reply get(const std::string& path) {
    return settle(dispatch_admin(server.context, page_call(net::Method::get, path)));
  }
  net::Reply post(const std::string& path, const json::Value& body) {
    return settle(
        dispatch_admin(server.context, page_call(net::Method::post, path, json::compact(body))));
  }
  net::Reply push(std::string_view document) {
    auto body = json::Value::object();
    body.add("project", "default").add("document", document);
    return post("/admin/policies", body);
  }
  net::Reply activate(const std::string& version) {
    auto body = json::Value::object();
    body.add("project", "default");
    return post("/admin/policies/" + version + "/activate", body);
  }
};

TEST(AdminPolicies, AreUploadedListedAndFetchedAsTheyWere) {
  Socket socket;
  EXPECT_EQ(socket.get("/admin/policies/in-force").status, 404);
  const json::Value pushed = body_of(socket.push(lists));
  EXPECT_EQ(pushed.find_integer("version"), 1);
  const json::Value shown = body_of(socket.get("/admin/policies/1"));
  EXPECT_EQ(text_at(shown, "document"), lists);
  EXPECT_EQ(text_at(shown, "sha256"), text_at(pushed, "sha256"));
  const json::Value listed = body_of(socket.get("/admin/policies"));
  ASSERT_EQ(listed.find("policies")->items().size(), 1u);
  EXPECT_FALSE(listed.find("policies")->items()[0].find("in_force")->as_boolean());
  // It asks people, and nothing is in force before they have said so.
  const json::Value asked = body_of(socket.activate("1"));
  EXPECT_TRUE(text_at(asked, "request").starts_with("req_"));
  EXPECT_EQ(socket.get("/admin/policies/in-force").status, 404);
  EXPECT_EQ(socket.activate("2").status, 404);
}

TEST(AdminPolicies, AreRefusedWithTheLineAndColumn) {
  Socket socket;
  const json::Value unread = body_of(socket.push("version: 1\nrulez: []\n"));
  EXPECT_EQ(text_at(unread, "reason"), "policy_invalid");
  EXPECT_NE(text_at(unread, "message").find("line 2, column 1"), std::string::npos);
  const json::Value refused =
      body_of(socket.push("version: 1\ndefaults: { rule: { n_of: [1, \"group:nobody\"] } }\n"));
  EXPECT_EQ(text_at(refused, "reason"), "policy_refused");
  EXPECT_EQ(body_of(socket.get("/admin/policies")).find("policies")->items().size(), 0u);
}

}  // namespace
}  // namespace lp::api
