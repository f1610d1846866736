// Claims as a third party checks them: with what /.well-known tells anybody, and nothing else.

#include "api/letsping/claims.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "api/testing.h"
#include "core/project_secrets.h"
#include "evidence/roster.h"
#include "evidence/trust.h"
#include "evidence/verify_receipt.h"

namespace lp::api {
namespace {

struct Asked {
  Server server;
  std::string key;
  std::string request;

  Asked() {
    const auto made = server.house.engine->run(
        core::CreateKey{.project = server.house.project, .name = "claims"});
    key = made->key.reveal();
    core::Ingest ask = server.house.ask();
    ask.api_key = made->id;
    request = server.house.engine->run(std::move(ask))->id;
  }
  net::Reply get(std::string path) {
    net::Request call = page_call(net::Method::get, std::move(path));
    call.headers = {{"authorization", "Bearer " + key}};
    return server.send(std::move(call));
  }
};

// The key of this id out of a JSON Web Key Set, as SPKI.
std::string key_of(const json::Value& jwks, std::string_view kid) {
  const std::string head = *from_hex("3059301306072a8648ce3d020106082a8648ce3d03010703420004");
  for (const auto& key : jwks.find("keys")->items()) {
    if (key.find_string("kid") != kid) continue;
    return head + *from_base64url(text_at(key, "x")) + *from_base64url(text_at(key, "y"));
  }
  return {};
}

TEST(Claims, AreCheckedWithPublishedKeysAlone) {
  Asked asked;
  const json::Value reply = body_of(asked.get("/api/agents/proof?request_id=" + asked.request));
  const json::Value jwks =
      body_of(asked.server.send(page_call(net::Method::get, "/.well-known/jwks.json")));
  const std::string jws = text_at(reply, "jws");
  const std::size_t first = jws.find('.'), last = jws.rfind('.');
  const auto header = json::parse(*from_base64url(jws.substr(0, first)));
  ASSERT_TRUE(header);
  EXPECT_EQ(header->root.members().size(), 3u);
  const std::string spki = key_of(jwks, text_at(header->root, "kid"));
  EXPECT_EQ(evidence::key_id(spki), text_at(header->root, "kid"));
  const auto der = crypto::p256_der_signature(*from_base64url(jws.substr(last + 1)));
  ASSERT_TRUE(der);
  EXPECT_TRUE(crypto::p256_verify(spki, jws.substr(0, last), *der));
  const auto payload = json::parse(*from_base64url(jws.substr(first + 1, last - first - 1)));
  ASSERT_TRUE(payload);
  EXPECT_EQ(payload->root, *reply.find("claim"));
  const auto view = asked.server.house.engine->request(asked.request, {});
  EXPECT_EQ(text_at(payload->root, "payload_hash"),
            "sha256:" + view->rows.state.state.base.env_sha256->hex());
  EXPECT_EQ(
      text_at(payload->root, "origin"),
      asked.server.house.engine->directory()->project(asked.server.house.project)->row.origin);
}

TEST(Claims, CarryTheHmacOfTheClaimsSecretAndNoOther) {
  Asked asked;
  const json::Value reply = body_of(asked.get("/api/agents/proof?request_id=" + asked.request));
  auto& house = asked.server.house;
  const auto directory = house.engine->directory();
  const auto secret = core::open_secret(*house.keys, *directory, house.project, "claims");
  const std::string bytes = json::canonical(*reply.find("claim"));
  EXPECT_EQ(text_at(reply, "signature"), crypto::hmac_sha256(secret->reveal(), bytes).hex());
  EXPECT_EQ(text_at(reply, "kid"), directory->secret(house.project, "claims").id);
  const auto escrow = core::open_secret(*house.keys, *directory, house.project, "escrow");
  EXPECT_NE(escrow->reveal(), secret->reveal());
}

TEST(Claims, CarryTheReceiptThatTheyRestOn) {
  Asked asked;
  const json::Value reply = body_of(asked.get("/api/agents/proof?request_id=" + asked.request));
  const json::Value* receipt = reply.find("receipt");
  ASSERT_NE(receipt, nullptr);
  auto& house = asked.server.house;
  const auto* project = house.engine->directory()->project(house.project);
  evidence::Trust trust{.origin = project->row.origin,
                        .roster_genesis = *project->row.roster_sha256,
                        .log_vkeys = {*tlog::VerifierKey::parse(project->log_vkey)}};
  const auto report = evidence::verify_receipt(json::canonical(*receipt), {trust}, {});
  EXPECT_EQ(report.verdict, evidence::Finding::valid) << report.text();
}

TEST(WellKnown, TellsTheKeysOfEachLogAsItsOwnersSignedThem) {
  Asked asked;
  const auto get = [&] {
    return body_of(
        asked.server.send(page_call(net::Method::get, "/.well-known/letsping-transparency")));
  };
  const json::Value before = get();
  ASSERT_EQ(before.find("logs")->items().size(), 1u);
  const json::Value& log = before.find("logs")->items()[0];
  const auto directory = asked.server.house.engine->directory();
  const auto* project = directory->project(asked.server.house.project);
  EXPECT_EQ(text_at(log, "origin"), project->row.origin);
  EXPECT_EQ(text_at(log, "roster_genesis_sha256"), project->row.roster_sha256->hex());
  EXPECT_EQ(text_at(log.find("log")->items()[0], "vkey"), project->log_vkey);
  EXPECT_EQ(text_at(log.find("issuer")->items()[0], "spki"), base64(project->issuer_spki));
  EXPECT_EQ(get(), before);

  asked.server.house.engine->run(core::CreateProject{.name = "second"});
  const json::Value after = get();
  ASSERT_EQ(after.find("logs")->items().size(), 2u) << "the document is made anew";
  // In the order of their ids, which nothing settles within a millisecond.
  EXPECT_EQ(std::ranges::count_if(after.find("logs")->items(),
                                  [](const json::Value& one) {
                                    return one.find("roster_genesis_sha256") == nullptr;
                                  }),
            1);
}

TEST(WellKnown, NamesWhomToTellOnceSomebodyIsNamed) {
  Asked asked;
  const auto get = [&] {
    return asked.server.send(page_call(net::Method::get, "/.well-known/security.txt"));
  };
  EXPECT_EQ(get().status, 404);
  asked.server.context.security_contacts = {"mailto:security@example.com"};
  asked.server.context.public_url = "https://letsping.example";
  const net::Reply reply = get();
  EXPECT_EQ(reply.status, 200);
  const Instant expires = asked.server.house.clock.now() + 180LL * 86'400'000;
  EXPECT_EQ(reply.body, "Contact: mailto:security@example.com\nExpires: " + to_string(expires) +
                            "\nCanonical: https://letsping.example/.well-known/security.txt\n");
}

}  // namespace
}  // namespace lp::api
