#include "api/evidence/receipts.h"

#include <algorithm>

#include "api/testing.h"
#include "core/ground.h"
#include "crypto/p256.h"
#include "evidence/receipt.h"
#include "tlog/cosignature.h"
#include "tlog/tree.h"

namespace lp::api {
namespace {

using evidence::Receipt;
using identity::KeyRole;

struct Desk {
  Server server;
  Browser browser{server};

  Desk() { browser.login(); }

  std::string key(KeyRole role) {
    auto made = server.house.engine->run(
        core::CreateKey{.project = server.house.project, .role = role, .name = "k"});
    EXPECT_TRUE(made.has_value());
    return std::string(made->key.reveal());
  }
  [[nodiscard]] core::DirectoryPtr directory() const { return server.house.engine->directory(); }
  std::string log() {
    const std::string origin = directory()->project(server.house.project)->row.origin;
    return "/log/" + origin.substr(origin.size() - 32);
  }
  net::Reply get(const std::string& path, const std::string& api_key) {
    net::Request request = page_call(net::Method::get, path);
    request.headers.emplace_back("authorization", "Bearer " + api_key);
    return server.send(std::move(request));
  }
  std::string decided() {
    const std::string id = server.house.asked();
    EXPECT_TRUE(server.house.decide(server.house.consider(id, evidence::Verdict::approve)));
    return id;
  }
  std::uint64_t index_of(const std::string& id) {
    return server.house.engine->request(id, {})->rows.state.leaf_index;
  }
};

std::optional<Receipt> read(const net::Reply& reply) {
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.content_type, "application/vnd.letsping.receipt.v1+json");
  EXPECT_TRUE(reply.body.ends_with("}\n"));
  auto receipt = Receipt::parse(std::string_view(reply.body).substr(0, reply.body.size() - 1));
  EXPECT_TRUE(receipt.has_value());
  return receipt ? std::optional(*std::move(receipt)) : std::nullopt;
}

TEST(ReceiptDoor, GivesTheDashboardTheDecisionOrTheAsking) {
  Desk desk;
  const std::string pending = desk.server.house.asked(), decided = desk.decided();
  const auto asked = read(desk.browser.get("/api/review/requests/" + pending + "/receipt"));
  ASSERT_TRUE(asked);
  EXPECT_TRUE(asked->humans.empty());
  const auto approved = read(desk.browser.get("/api/review/requests/" + decided + "/receipt"));
  ASSERT_TRUE(approved);
  EXPECT_EQ(approved->humans.size(), 1u);
  EXPECT_EQ(approved->logged.proof.index, desk.index_of(decided));
  // One checkpoint serves all proofs.
  EXPECT_EQ(approved->reviews[0].proof.checkpoint, approved->logged.proof.checkpoint);
}

TEST(ReceiptDoor, IsClosedToWhoIsNotSignedIn) {
  Desk desk;
  const std::string id = desk.decided();
  Browser stranger{desk.server};
  EXPECT_EQ(stranger.get("/api/review/requests/" + id + "/receipt").status, 401);
  EXPECT_EQ(stranger.get(desk.log() + "/receipt/0").status, 401);
  EXPECT_EQ(desk.browser.get("/api/review/requests/req_x/receipt").status, 404);
}

TEST(ReceiptDoor, GivesAuditorsEveryEventByIndexOrHash) {
  Desk desk;
  const std::string auditor = desk.key(KeyRole::auditor);
  const auto receipt = read(desk.get(desk.log() + "/receipt/0", auditor));
  ASSERT_TRUE(receipt);
  const std::string hash = tlog::leaf_hash(receipt->logged.leaf).hex();
  const auto same = read(desk.get(desk.log() + "/receipt/" + hash, auditor));
  ASSERT_TRUE(same);
  EXPECT_EQ(same->logged.statement, receipt->logged.statement);
  for (const std::string& wrong :
       {std::string("00"), std::string("x"), std::string("-1"), std::string("99999"),
        std::string(64, 'a'), std::string("18446744073709551616")}) {
    EXPECT_EQ(desk.get(desk.log() + "/receipt/" + wrong, auditor).status, 404) << wrong;
  }
}

TEST(ReceiptDoor, GivesAgentsTheirOwnAndTellsNothingOfOthers) {
  Desk desk;
  const std::string agent = desk.key(KeyRole::agent), auditor = desk.key(KeyRole::auditor);
  auto ask = desk.server.house.ask();
  ask.api_key = desk.directory()->api_key(agent)->id;
  const std::string own = desk.server.house.engine->run(ask)->id, foreign = desk.decided();
  const auto path = [&](std::uint64_t index) {
    return desk.log() + "/receipt/" + std::to_string(index);
  };
  EXPECT_TRUE(read(desk.get(path(desk.index_of(own)), agent)));
  const net::Reply other = desk.get(path(desk.index_of(foreign)), agent);
  const net::Reply unknown = desk.get(path(99'999), agent);
  EXPECT_EQ(other.status, 404);
  EXPECT_EQ(other.body, unknown.body);
  EXPECT_EQ(desk.get(path(0), agent).body, unknown.body);
  const auto receipt = read(desk.get(path(desk.index_of(own)), auditor));
  const std::string hash = tlog::leaf_hash(receipt->logged.leaf).hex();
  EXPECT_EQ(desk.get(desk.log() + "/receipt/" + hash, agent).status, 404);
  EXPECT_EQ(desk.get(path(desk.index_of(own)), desk.key(KeyRole::executor)).status, 403);
}

TEST(ReceiptDoor, IsNotThereForOtherProjects) {
  Desk desk;
  const auto other = desk.server.house.engine->run(core::CreateProject{.name = "other"});
  const auto key = desk.server.house.engine->run(
      core::CreateKey{.project = other->id, .role = KeyRole::auditor, .name = "k"});
  EXPECT_EQ(desk.get(desk.log() + "/receipt/0", std::string(key->key.reveal())).status, 404);
}

TEST(ReceiptDoor, RendersForToolsThatExist) {
  Desk desk;
  const std::string auditor = desk.key(KeyRole::auditor);
  const std::string path = desk.log() + "/receipt/" + std::to_string(desk.index_of(desk.decided()));
  const auto receipt = read(desk.get(path, auditor));
  ASSERT_TRUE(receipt);
  EXPECT_EQ(desk.get(path + "?format=tlog-proof", auditor).body, receipt->logged.proof.to_string());
  const json::Value bundle = body_of(desk.get(path + "?format=sigstore", auditor));
  EXPECT_EQ(text_at(*bundle.find("messageSignature"), "signature"),
            base64(receipt->logged.issuer->sig));
  const std::string jws = desk.get(path + "?format=jws", auditor).body;
  const std::size_t dot = jws.rfind('.');
  const auto der = crypto::p256_der_signature(from_base64url(jws.substr(dot + 1)).value_or(""));
  ASSERT_TRUE(der);
  EXPECT_TRUE(crypto::p256_verify(receipt->logged.issuer->key, jws.substr(0, dot), *der));
  EXPECT_EQ(desk.get(path + "?format=pdf", auditor).status, 400);
  EXPECT_EQ(desk.get(path + "?from_roster=x", auditor).status, 400);
  EXPECT_EQ(reason_in(desk.get(path + "?from_roster=2", auditor)), "receipt_incomplete");
}

TEST(ProofDoor, ProvesLeavesAndGrowth) {
  Desk desk;
  const std::string auditor = desk.key(KeyRole::auditor);
  desk.decided();
  const auto receipt = read(desk.get(desk.log() + "/receipt/0", auditor));
  ASSERT_TRUE(receipt);
  // The receipt may stand on an older checkpoint, which proves more than the newest.
  const auto note = tlog::Note::parse(receipt->logged.proof.checkpoint);
  const std::uint64_t size = tlog::Checkpoint::parse_body(note->body)->size;
  const json::Value inclusion = body_of(
      desk.get(desk.log() + "/proof/inclusion?index=0&size=" + std::to_string(size), auditor));
  std::vector<Digest> path;
  for (const auto& hash : inclusion.find("hashes")->items()) {
    path.push_back(*Digest::from_bytes(*from_base64(hash.as_string())));
  }
  EXPECT_EQ(path, receipt->logged.proof.path);
  EXPECT_EQ(body_of(desk.get(desk.log() + "/proof/consistency?from=1&to=3", auditor))
                .find("hashes")
                ->items()
                .size(),
            2u);
  for (const char* wrong : {"inclusion?index=5&size=5", "inclusion?index=0&size=9999",
                            "consistency?from=3&to=2", "consistency?from=1&to=9999"}) {
    EXPECT_EQ(desk.get(desk.log() + "/proof/" + wrong, auditor).status, 404) << wrong;
  }
  for (const char* wrong : {"inclusion", "inclusion?index=-1", "consistency?from=a"}) {
    EXPECT_EQ(desk.get(desk.log() + "/proof/" + wrong, auditor).status, 400) << wrong;
  }
}

// As a witness would that knows the project's log.
void cosign(Desk& desk) {
  const auto key = crypto::Ed25519Key::from_seed(std::string(32, 'n'));
  const auto& live = desk.directory()->project(desk.server.house.project)->live;
  const std::string note = *live->checkpoint.load();
  const auto line = tlog::cosign(tlog::Note::parse(note)->body, "w.example", key, 1'900'000'000);
  live->cosigned.store(std::make_shared<const std::string>(note + line.to_string()));
}

void ask_a_witness(Desk& desk) {
  const auto key = crypto::Ed25519Key::from_seed(std::string(32, 'n'));
  const std::string vkey = tlog::CosignerKey::make("w.example", key.public_key()).to_string();
  const std::string policy = "witness n " + vkey + " https://w.example/\nquorum n\n";
  ASSERT_TRUE(desk.server.house.engine->run(core::SetWitnessPolicy{.policy = policy}));
}

TEST(ReceiptDoor, WaitsForWitnessesAndSaysWhenThereAreNone) {
  Desk desk;
  const std::string key = desk.key(KeyRole::auditor);
  ask_a_witness(desk);
  const std::string target =
      desk.log() + "/receipt/" + std::to_string(desk.index_of(desk.decided()));
  const auto in_vain = desk.get(target + "?wait=witnessed&timeout=1", key);
  EXPECT_EQ(in_vain.status, 202);
  EXPECT_TRUE(in_vain.body.ends_with("}\n"));
  EXPECT_TRUE(std::ranges::any_of(in_vain.headers,
                                  [](const auto& one) { return one.first == "Retry-After"; }));
  cosign(desk);
  const auto witnessed = read(desk.get(target + "?wait=witnessed", key));
  ASSERT_TRUE(witnessed.has_value());
  EXPECT_EQ(tlog::Note::parse(witnessed->logged.proof.checkpoint)->signatures.size(), 2u);
}

TEST(ReceiptDoor, LetsAKeyWaitForEightWitnessedReceiptsAtMost) {
  Desk desk;
  const std::string key = desk.key(KeyRole::auditor);
  ask_a_witness(desk);
  const std::string target =
      desk.log() + "/receipt/" + std::to_string(desk.index_of(desk.decided())) + "?wait=witnessed";
  std::vector<net::Outcome> waiting;
  const auto ask = [&] {
    net::Request request = page_call(net::Method::get, target);
    request.headers.emplace_back("authorization", "Bearer " + key);
    return dispatch(desk.server.context, std::move(request));
  };
  for (int i = 0; i < 8; ++i) {
    waiting.push_back(ask());
    ASSERT_TRUE(std::holds_alternative<net::Park>(waiting.back()));
  }
  const auto ninth = ask();
  ASSERT_TRUE(std::holds_alternative<net::Reply>(ninth));
  EXPECT_EQ(std::get<net::Reply>(ninth).status, 202);
  // Announced, and not yet true: goes on waiting; then true.
  auto& park = std::get<net::Park>(waiting.front());
  EXPECT_EQ(park.topic, core::witnessed_topic);
  EXPECT_EQ(park.hold_ms, 10'000);
  EXPECT_FALSE(park.render(false).has_value());
  cosign(desk);
  EXPECT_EQ(park.render(false)->status, 200);
  EXPECT_EQ(std::get<net::Reply>(ask()).status, 200);
  waiting.clear();
}

TEST(ReceiptDoor, RefusesToWaitForWhatWillNotCome) {
  Desk desk;
  const std::string key = desk.key(KeyRole::auditor);
  const std::string target =
      desk.log() + "/receipt/" + std::to_string(desk.index_of(desk.decided()));
  EXPECT_EQ(desk.get(target + "?wait=witnessed", key).status, 400);  // no witness is asked
  ask_a_witness(desk);
  for (const char* query : {"?wait=long", "?wait=witnessed&timeout=0", "?wait=witnessed&timeout=31",
                            "?wait=witnessed&timeout=x"}) {
    EXPECT_EQ(reason_in(desk.get(target + query, key)), "query_invalid") << query;
  }
}

}  // namespace
}  // namespace lp::api
