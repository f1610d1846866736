#include "api/evidence/root_log.h"

#include <gtest/gtest.h>

#include "api/testing.h"
#include "evidence/trust.h"
#include "tlog/note.h"
#include "tlog/tree.h"

namespace lp::api {
namespace {

// A round of the root log is over when the next command is answered.
void let_a_round_pass(Server& server) {
  server.house.clock.advance_ms(1'000);
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(server.house.engine->run(core::AcceptClock{}).has_value());
  }
}

TEST(RootLog, IsReadByAnybody) {
  Server server;
  let_a_round_pass(server);
  const auto note = server.send(page_call(net::Method::get, "/log/root/checkpoint"));
  ASSERT_EQ(note.status, 200);
  EXPECT_EQ(note.content_type, "text/plain; charset=utf-8");
  const auto key = tlog::VerifierKey::parse(server.house.engine->directory()->root_vkey);
  const auto head = tlog::open_checkpoint(note.body, *key);
  ASSERT_TRUE(head.has_value());
  EXPECT_EQ(head->origin, "00112233aabbccdd/root");
  ASSERT_GT(head->size, 0U);

  const std::string partial = "000.p/" + std::to_string(head->size);
  const auto tile = server.send(page_call(net::Method::get, "/log/root/tile/0/" + partial));
  const auto bundle = server.send(page_call(net::Method::get, "/log/root/tile/entries/" + partial));
  ASSERT_EQ(tile.status, 200);
  ASSERT_EQ(bundle.status, 200);
  tlog::CompactRange range;
  for (std::size_t at = 0; at < tile.body.size(); at += 32) {
    range.append(*Digest::from_bytes(tile.body.substr(at, 32)));
  }
  EXPECT_EQ(range.root(), head->root);
  EXPECT_EQ(tlog::leaf_hash(bundle.body.substr(2, 76)).view(), tile.body.substr(0, 32));
}

TEST(RootLog, ShowsTheCosignaturesThatAreKnownOfTheNewestHead) {
  Server server;
  let_a_round_pass(server);
  const auto& live = server.house.engine->directory()->root;
  const auto shown = [&] {
    return server.send(page_call(net::Method::get, "/log/root/checkpoint")).body;
  };
  const std::string newest = *live->checkpoint.load();
  const std::string cosigned = newest + "— w.example AAAAAAA=\n";
  live->cosigned.store(std::make_shared<const std::string>(cosigned));
  EXPECT_EQ(shown(), cosigned);
  server.house.asked();
  let_a_round_pass(server);
  EXPECT_NE(shown(), cosigned);
  EXPECT_EQ(shown(), *live->checkpoint.load());
}

TEST(RootLog, ShowsTheNewestCosignedHeadToWhoAsksForIt) {
  Server server;
  let_a_round_pass(server);
  const auto asked = [&] {
    auto call = page_call(net::Method::get, "/log/root/checkpoint");
    call.query = "cosigned=true";
    return server.send(std::move(call));
  };
  EXPECT_EQ(asked().status, 404);
  const auto& live = server.house.engine->directory()->root;
  const std::string cosigned = *live->checkpoint.load() + "— w.example AAAAAAA=\n";
  live->cosigned.store(std::make_shared<const std::string>(cosigned));
  server.house.asked();
  let_a_round_pass(server);
  EXPECT_EQ(asked().body, cosigned);
}

TEST(RootLog, ShowsNothingBeyondWhatIsSigned) {
  Server server;
  for (const char* tile : {"0/000", "0/001.p/1", "1/000.p/1", "entries/000", "9/000", "x"}) {
    const auto reply =
        server.send(page_call(net::Method::get, std::string("/log/root/tile/") + tile));
    EXPECT_EQ(reply.status, 404) << tile;
  }
}

TEST(RootLog, AndTheWitnessesStandInTheTrustFileAsVerifiersReadIt) {
  Server server;
  const auto exported = [&] {
    auto request = page_call(net::Method::get, "/admin/trust?project=default");
    const auto reply = settle(dispatch_admin(server.context, std::move(request)));
    EXPECT_EQ(reply.status, 200) << reply.body;
    const auto trust = evidence::Trust::parse(reply.body);
    EXPECT_TRUE(trust.has_value()) << (trust ? "" : trust.error());
    return trust.value_or(evidence::Trust{});
  };
  const auto before = exported();
  ASSERT_TRUE(before.root.has_value());
  EXPECT_EQ(before.root->origin, "00112233aabbccdd/root");
  EXPECT_EQ(before.root->log_vkeys[0].to_string(), server.house.engine->directory()->root_vkey);
  EXPECT_FALSE(before.witnesses.has_value());
  const auto vkey = [](char fill) {
    const auto key = crypto::Ed25519Key::from_seed(std::string(32, fill));
    return tlog::CosignerKey::make("w.example", key.public_key()).to_string();
  };
  const std::string policy = "witness a " + vkey('a') + " https://a.example/\nwitness b " +
                             vkey('b') + " https://b.example/\ngroup g 1 a b\nquorum g\n";
  ASSERT_TRUE(server.house.engine->run(core::SetWitnessPolicy{.policy = policy}).has_value());
  const auto after = exported();
  ASSERT_TRUE(after.witnesses.has_value());
  EXPECT_EQ(after.witnesses->quorum, 1U);
  EXPECT_EQ(after.witnesses->witnesses.size(), 2U);
}

TEST(Readiness, SaysThatAWitnessKnowsMoreThanThisMachine) {
  Server server;
  const auto ready = [&] { return server.send(page_call(net::Method::get, "/readyz")); };
  EXPECT_EQ(ready().status, 200);
  const auto& origin = server.house.engine->directory()->project(server.house.project)->row.origin;
  ASSERT_TRUE(server.house.engine->run(core::NoteWitnessAhead{.origin = origin, .witness = "w"})
                  .has_value());
  const auto reply = ready();
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(text_at(body_of(reply), "log"), "witness_ahead");
}

}  // namespace
}  // namespace lp::api
