#include "api/admin/security_keys.h"

#include <gtest/gtest.h>

#include "api/testing.h"
#include "core/passkeys_testing.h"
#include "identity/passkey_testing.h"
#include "identity/terminal_place.h"

namespace lp::api {
namespace {

// The owner's command line before the socket, with a security key.
struct Terminal {
  Server server;
  std::string place = identity::terminal_place(server.house.engine->directory()->log_name);
  identity::SoftPasskey key{.rp_id = place, .origin = place};

  net::Reply post(const std::string& path, const json::Value& body) {
    return settle(
        dispatch_admin(server.context, page_call(net::Method::post, path, json::compact(body))));
  }
  json::Value begun() {
    const net::Reply reply = post("/admin/passkeys/begin",
                                  json::Value::object().add("member", server.house.member));
    EXPECT_EQ(reply.status, 200) << reply.body;
    return body_of(reply);
  }
  // What the command line sends of a credential that was just made.
  json::Value made(const std::string& origin) { return made_for(server.house.member, origin); }
  json::Value made_for(const std::string& member, const std::string& origin) {
    auto claims = json::Value::object();
    claims.add("origin", origin)
        .add("server_nonce", text_at(begun(), "server_nonce"))
        .add("client_nonce", base64(server.house.entropy.bytes(32)));
    const std::string body = json::canonical(claims);
    const auto creation =
        key.create(crypto::sha256({"lp-passkey/1", std::string_view("\0", 1), body}));
    auto value = json::Value::object();
    value.add("member", member)
        .add("body", body)
        .add("clientDataJSON", base64(creation.client_data))
        .add("attestationObject", base64(creation.attestation));
    return value;
  }
};

TEST(SecurityKeys, AreAskedForInTheNameOfTheInstallation) {
  Terminal terminal;
  const json::Value terms = terminal.begun();
  EXPECT_EQ(text_at(*terms.find("rp"), "id"), terminal.place);
  EXPECT_TRUE(terminal.place.starts_with("letsping-cli://"));
  EXPECT_TRUE(terms.find("exclude")->items().empty());
}

TEST(SecurityKeys, WaitForAnOwnerOnceTheirRegistrationHolds) {
  Terminal terminal;
  const net::Reply reply = terminal.post("/admin/passkeys", terminal.made(terminal.place));
  ASSERT_EQ(reply.status, 200) << reply.body;
  const json::Value proposal = body_of(reply);
  EXPECT_EQ(text_at(proposal, "act"), "add_passkey");
  EXPECT_EQ(text_at(proposal, "rp_id"), terminal.place);
  EXPECT_EQ(text_at(proposal, "spki"), base64(terminal.key.key.spki()));
  EXPECT_TRUE(proposal.find("url") != nullptr);
  // Nothing decides before an owner has signed.
  EXPECT_TRUE(terminal.server.house.engine->directory()->passkeys.empty());
}

TEST(SecurityKeys, AreRefusedWhenTheyWereMadeElsewhereOrTwiceWithOneNonce) {
  Terminal terminal;
  EXPECT_EQ(terminal.post("/admin/passkeys", terminal.made("http://localhost:8400")).status, 422);
  terminal.key.origin = "https://letsping.example";
  EXPECT_EQ(terminal.post("/admin/passkeys", terminal.made(terminal.place)).status, 422);
  terminal.key.origin = terminal.place;
  terminal.key.rp_id = "localhost";
  EXPECT_EQ(terminal.post("/admin/passkeys", terminal.made(terminal.place)).status, 422);
  terminal.key.rp_id = terminal.place;
  terminal.key.flags = identity::user_present;
  EXPECT_EQ(terminal.post("/admin/passkeys", terminal.made(terminal.place)).status, 422);
  terminal.key.flags = identity::user_present | identity::user_verified;
  const json::Value once = terminal.made(terminal.place);
  EXPECT_EQ(terminal.post("/admin/passkeys", once).status, 200);
  const net::Reply again = terminal.post("/admin/passkeys", once);
  EXPECT_EQ(again.status, 422);
  EXPECT_TRUE(again.body.contains("passkey_refused")) << again.body;
}

TEST(SecurityKeys, AreForMembersOnly) {
  Terminal terminal;
  const auto nobody = json::Value::object().add("member", "mem_nobody");
  EXPECT_EQ(terminal.post("/admin/passkeys/begin", nobody).status, 404);
  EXPECT_EQ(terminal.post("/admin/passkeys/begin", json::Value::object()).status, 422);
  const json::Value made = terminal.made_for("mem_nobody", terminal.place);
  EXPECT_EQ(terminal.post("/admin/passkeys", made).status, 404);
}

}  // namespace
}  // namespace lp::api
