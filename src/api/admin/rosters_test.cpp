#include <gtest/gtest.h>

#include "api/testing.h"
#include "core/roster_offer.h"

namespace lp::api {
namespace {

// The socket of an installation that one person has set up.
struct Socket {
  Server server;

  net::Reply get(const std::string& path) {
    return settle(dispatch_admin(server.context, page_call(net::Method::get, path)));
  }
  net::Reply post(const std::string& path, const json::Value& body) {
    return settle(
        dispatch_admin(server.context, page_call(net::Method::post, path, json::compact(body))));
  }
  const core::ProjectView& view() {
    return *server.house.engine->directory()->project(server.house.project);
  }
  evidence::RosterEntry entry(const std::string& member, const crypto::P256Key& key) {
    evidence::RosterEntry made;
    made.salt = server.house.entropy.bytes(32);
    made.member = member;
    made.roles = {"reviewer"};
    made.key_class = "device";
    made.spki = key.spki();
    return made;
  }
  // As an owner's program builds it, signed by `key`.
  json::Value change(const std::vector<evidence::RosterEntry>& entries, const crypto::P256Key& key,
                     const std::string& fresh = {}) {
    const auto head =
        core::next_roster_head(*view().roster, entries, server.house.clock.now()).bytes();
    json::Array texts, names;
    for (const auto& one : entries) texts.emplace_back(one.bytes());
    auto item = json::Value::object();
    item.add("project", server.house.project)
        .add("head", head)
        .add("entries", json::Value::array(std::move(texts)))
        .add("signatures", evidence::signatures_text(
                               {{key.spki(), key.sign(evidence::roster_signing_bytes(head))}}));
    if (!fresh.empty()) {
      auto name = json::Value::object();
      name.add("member", fresh).add("name", "Bob");
      names.push_back(std::move(name));
    }
    auto body = json::Value::object();
    body.add("changes", json::Value::array({std::move(item)}))
        .add("names", json::Value::array(std::move(names)));
    return body;
  }
};

TEST(AdminRosters, AreShownAsTheyWereSigned) {
  Socket socket;
  const json::Value shown = body_of(socket.get("/admin/rosters"));
  EXPECT_EQ(text_at(shown, "log_name"), "00112233aabbccdd");
  ASSERT_EQ(shown.find("projects")->items().size(), 1U);
  const json::Value& project = shown.find("projects")->items()[0];
  const json::Value& roster = project.find("rosters")->items()[0];
  EXPECT_EQ(crypto::sha256(text_at(roster, "head")), *socket.view().row.roster_sha256);
  EXPECT_EQ(roster.find("entries")->items().size(), 1U);
}

// R-SES-03: what a session may rests on the roster in force, not on the one it began under.
TEST(AdminRosters, EndTheSessionsOfARevokedDeviceAtOnce) {
  Socket socket;
  const auto phone = crypto::P256Key::generate();
  const std::string bob = "mem_" + base32(socket.server.house.entropy.bytes(16));
  auto entries = socket.view().entries;
  const auto before = entries;
  entries.push_back(socket.entry(bob, phone));
  const auto& owner = socket.server.house.approver;
  const net::Reply added = socket.post("/admin/rosters", socket.change(entries, owner, bob));
  ASSERT_EQ(added.status, 200) << added.body;
  EXPECT_EQ(body_of(added).find("versions")->items()[0].find_integer("version"), 2);

  Browser browser{socket.server};
  ASSERT_EQ(browser.login_as(phone).status, 200);
  ASSERT_EQ(browser.get("/api/session").status, 200);
  ASSERT_EQ(socket.post("/admin/rosters", socket.change(before, owner)).status, 200);
  EXPECT_EQ(reason_in(browser.get("/api/session")), "no_session");
  EXPECT_EQ(reason_in(browser.login_as(phone)), "login_refused");
  const json::Value members = body_of(socket.get("/admin/members"));
  for (const auto& member : members.find("members")->items()) {
    EXPECT_EQ(member.find("removed_at") != nullptr, text_at(member, "id") == bob);
  }
}

TEST(AdminRosters, ComeInOnlyWithAnOwnersSignature) {
  Socket socket;
  const auto stranger = crypto::P256Key::generate();
  const std::string eve = "mem_" + base32(socket.server.house.entropy.bytes(16));
  auto entries = socket.view().entries;
  entries.push_back(socket.entry(eve, stranger));
  const net::Reply reply = socket.post("/admin/rosters", socket.change(entries, stranger, eve));
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(reason_in(reply), "not_permitted");
  EXPECT_EQ(socket.view().row.roster_version, 1U);
}

TEST(AdminRosters, AreRefusedInAnyOtherForm) {
  Socket socket;
  const auto refused = [&](const char* body) {
    const auto document = json::parse(body);
    return reason_in(socket.post("/admin/rosters", document->root));
  };
  EXPECT_EQ(refused("{}"), "member_invalid");
  EXPECT_EQ(refused(R"({"changes":[1],"names":[]})"), "member_invalid");
  EXPECT_EQ(refused(R"({"changes":[{}],"names":[]})"), "member_invalid");
  EXPECT_EQ(refused(R"({"changes":[],"names":[{"member":"m"}]})"), "member_invalid");
  EXPECT_EQ(refused(R"({"changes":[{"project":"p","head":"h","signatures":"s","entries":[1]}],
                        "names":[]})"),
            "member_invalid");
  EXPECT_EQ(refused(R"({"changes":[],"names":[]})"), "roster_mismatch");
  EXPECT_EQ(refused(R"({"changes":[{"project":"p","head":"h","signatures":"s","entries":[]}],
                        "names":[]})"),
            "not_found");
}

}  // namespace
}  // namespace lp::api
