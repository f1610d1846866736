#include "server/outbox_port.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/project_secrets.h"
#include "core/testing.h"
#include "json/parse.h"
#include "outbound/testing.h"

namespace lp::server {
namespace {

using outbound::eventually;
using outbound::Sink;

struct Office {
  core::House house;
  Sink sink;
  std::optional<OutboxPort> port;
  std::unique_ptr<outbound::Worker> worker;
  std::string secret;

  Office() {
    const auto made = house.engine->run(
        core::AddWebhook{.project = house.project, .url = sink.url("/ok/webhook")});
    EXPECT_TRUE(made.has_value());
    secret = made->secret.reveal();
    port.emplace(*house.engine, "https://letsping.example");
  }
  ~Office() { worker.reset(); }

  void work() {
    worker = std::make_unique<outbound::Worker>(*port, *outbound::Guard::make({"127.0.0.1"}),
                                                house.clock, house.entropy,
                                                outbound::WorkerOptions{.poll_ms = 10});
    worker->start();
  }
  std::string decided(core::Ingest ask, evidence::Verdict verdict, std::string edit = {}) {
    const std::string id = house.engine->run(std::move(ask))->id;
    auto considered = house.consider(id, verdict);
    considered.edit = std::move(edit);
    considered.reason = "because";
    EXPECT_TRUE(house.decide(considered).has_value());
    return id;
  }
  std::size_t due() { return port->due(house.clock.now(), 100).size(); }
};

std::string header(const std::string& head, const std::string& name) {
  const std::size_t at = head.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

std::string text_at(const json::Value& value, std::string_view name) {
  return std::string(value.find_string(name).value_or(""));
}

TEST(OutboxPort, SendsADecisionAsTheAgentWouldReadIt) {
  Office office;
  const auto ask = office.house.ask();
  const std::string id = office.decided(ask, evidence::Verdict::approve);
  office.work();
  ASSERT_TRUE(eventually([&] { return office.due() == 0; }));
  ASSERT_EQ(office.sink.received().size(), 1U);
  const Sink::Received received = office.sink.received()[0];
  EXPECT_EQ(received.path, "/ok/webhook");
  EXPECT_EQ(header(received.head, "Content-Type"), "application/json");
  const std::string v1 = crypto::hmac_sha256(office.secret, received.body).hex();
  EXPECT_NE(header(received.head, "X-LetsPing-Signature").find(",v1=" + v1 + ","),
            std::string::npos);

  const auto body = json::parse(received.body);
  ASSERT_TRUE(body.has_value()) << received.body;
  EXPECT_EQ(text_at(body->root, "id"), id);
  EXPECT_EQ(text_at(body->root, "event"), "request.approved");
  EXPECT_EQ(text_at(body->root, "webhook_id"), header(received.head, "webhook-id"));
  EXPECT_EQ(text_at(body->root, "sent_at"), to_string(office.house.clock.now()));
  EXPECT_EQ(body->root.find_integer("attempt"), 1);
  const json::Value& data = *body->root.find("data");
  EXPECT_EQ(text_at(data, "status"), "APPROVED");
  EXPECT_EQ(body->source(*data.find("payload")), ask.payload);
  EXPECT_TRUE(data.find("patched_payload")->is_null());
  EXPECT_EQ(text_at(*data.find("metadata"), "actor_id"), office.house.member);
  EXPECT_EQ(data.find("dek"), nullptr);
  const auto view = office.house.engine->request(id, {});
  ASSERT_TRUE(view->rows.delivery.has_value());
  EXPECT_EQ(view->rows.delivery->how, "webhook");
}

// As the published verifyEscrow does it: over the body as JavaScript reads and writes it.
TEST(OutboxPort, SignsTheEscrowOfAHandoffUnderItsOwnSecret) {
  Office office;
  auto ask = office.house.ask();
  ask.payload = core::plaintext;
  ask.envelope.reset();
  ask.escrow = R"({"mode":"handoff","upstream":"agent_up","downstream":"agent_down",)"
               R"("commitment":{"type":"referral"},"x402_mandate":{"amount":"100"}})";
  const std::string id = office.decided(ask, evidence::Verdict::approve);
  office.work();
  ASSERT_TRUE(eventually([&] { return office.due() == 0; }));
  const auto body = json::parse(office.sink.received().at(0).body);
  ASSERT_TRUE(body.has_value());
  const json::Value* escrow = body->root.find("escrow");
  ASSERT_NE(escrow, nullptr);
  EXPECT_EQ(text_at(*escrow, "mode"), "handoff");
  auto base = json::Value::object();
  base.add("id", id)
      .add("event", "request.approved")
      .add("data", *body->root.find("data"))
      .add("upstream_agent_id", "agent_up")
      .add("downstream_agent_id", "agent_down")
      .add("x402_mandate", *escrow->find("x402_mandate"))
      .add("ap2_mandate", json::Value());
  const auto secret = core::open_secret(*office.house.keys, *office.house.engine->directory(),
                                        office.house.project, "escrow");
  EXPECT_EQ(text_at(*escrow, "handoff_signature"),
            crypto::hmac_sha256(secret->reveal(), json::javascript(base)).hex());
  EXPECT_NE(secret->reveal(), office.secret);
  const auto handoff =
      office.house.engine->handoff(text_at(*escrow, "delivery_id"), office.house.project);
  ASSERT_TRUE(handoff.has_value());
  EXPECT_EQ(handoff->row.request, id);
}

TEST(OutboxPort, SaysWhatIsToRunInsteadAndWhere) {
  Office office;
  auto ask = office.house.ask();
  ask.payload = core::plaintext;
  ask.envelope.reset();
  ask.callback_url = office.sink.url("/ok/callback");
  const auto made = office.house.engine->run(ask);
  ASSERT_TRUE(office.house.engine
                  ->run(core::PutSnapshot{.project = office.house.project,
                                          .request = made->id,
                                          .content_type = "application/octet-stream",
                                          .bytes = std::string(64, 's'),
                                          .sealing = "dek"})
                  .has_value());
  auto considered = office.house.consider(made->id, evidence::Verdict::approve);
  considered.edit = R"({"sql": "SELECT 1", "n": 1.0})";
  ASSERT_TRUE(office.house.decide(considered).has_value());
  office.work();
  ASSERT_TRUE(eventually([&] { return office.sink.received().size() == 2; }));
  for (const auto& received : office.sink.received()) {
    const auto body = json::parse(received.body);
    ASSERT_TRUE(body.has_value());
    const json::Value& data = *body->root.find("data");
    EXPECT_EQ(body->source(*data.find("payload")), core::plaintext);
    EXPECT_EQ(body->source(*data.find("patched_payload")), considered.edit);
    EXPECT_EQ(text_at(data, "dek"), base64(made->snapshot_key->reveal()));
    EXPECT_TRUE(text_at(data, "state_download_url")
                    .starts_with("https://letsping.example/api/snapshots/" + made->id + "?exp="));
    // With a webhook in the project, callbacks are signed by its secret.
    EXPECT_NE(received.head.find(crypto::hmac_sha256(office.secret, received.body).hex()),
              std::string::npos);
  }
}

TEST(OutboxPort, SignsCallbacksOfAProjectWithoutWebhooks) {
  core::House house;
  Sink sink;
  auto ask = house.ask();
  ask.callback_url = sink.url("/ok");
  const std::string id = house.engine->run(ask)->id;
  ASSERT_TRUE(house.decide(house.consider(id, evidence::Verdict::reject)).has_value());
  OutboxPort port(*house.engine, "http://localhost:8400");
  const auto items = port.due(house.clock.now(), 10);
  ASSERT_EQ(items.size(), 1U);
  const auto delivery = port.render(items[0], house.clock.now());
  ASSERT_TRUE(delivery.has_value());
  EXPECT_EQ(delivery->url, sink.url("/ok"));
  EXPECT_NE(delivery->body.find(R"("event":"request.rejected")"), std::string::npos);
  const auto expected =
      outbound::sign(core::callback_secret(*house.keys, house.project).reveal(),
                     delivery->headers[1].second, house.clock.now(), delivery->body);
  EXPECT_EQ(delivery->headers[0], expected[0]);
  EXPECT_NE(core::callback_secret(*house.keys, house.project).reveal(),
            core::callback_secret(*house.keys, "proj_b").reveal());
}

TEST(OutboxPort, LetsNothingLeaveBeforeASignedCheckpointCoversIt) {
  Office office;
  office.decided(office.house.ask(), evidence::Verdict::approve);
  auto& live = *office.house.engine->directory()->project(office.house.project)->live;
  const std::uint64_t size = live.signed_size;
  const auto items = office.port->due(office.house.clock.now(), 10);
  ASSERT_EQ(items.size(), 1U);
  live.signed_size = items[0].leaf_index;
  EXPECT_EQ(office.due(), 0U);
  const auto delivery = office.port->render(items[0], office.house.clock.now());
  ASSERT_FALSE(delivery.has_value());
  EXPECT_FALSE(delivery.error().for_good);
  live.signed_size = size;
  EXPECT_EQ(office.due(), 1U);
}

TEST(OutboxPort, LooksPastWhatMayNotLeaveSoThatItHoldsUpNobody) {
  Office office;
  for (int i = 0; i < 5; ++i) office.decided(office.house.ask(), evidence::Verdict::approve);
  auto items = office.port->due(office.house.clock.now(), 10);
  ASSERT_EQ(items.size(), 5U);
  // The first three are as if of a log that is frozen behind them.
  for (std::size_t i = 0; i < 3; ++i) items[i].leaf_index = 1'000'000;
  store::Batch batch;
  for (const auto& item : items) batch.writes.emplace_back(item);
  office.house.engine->stop();
  ASSERT_TRUE(office.house.store->commit(batch).has_value());
  const auto due = office.port->due(office.house.clock.now(), 2);
  EXPECT_EQ(due, std::vector(items.begin() + 3, items.end()));
  EXPECT_EQ(office.port->due(office.house.clock.now(), 1).size(), 1U);
}

TEST(OutboxPort, KeepsWhatIsDueAcrossARestart) {
  Office office;
  const std::string id = office.decided(office.house.ask(), evidence::Verdict::reject);
  auto item = office.port->due(office.house.clock.now(), 10).at(0);
  const auto before = office.port->render(item, office.house.clock.now());
  item.attempts = 1;
  item.last_error = "HTTP 500";
  item.next_attempt = office.house.clock.now() + 5'000;
  EXPECT_TRUE(office.port->report({item}).empty());
  office.port.reset();
  office.house.close();
  office.house.open();
  office.port.emplace(*office.house.engine, "https://letsping.example");
  EXPECT_EQ(office.due(), 0U);
  office.house.clock.advance_ms(5'000);
  const auto items = office.port->due(office.house.clock.now(), 10);
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].attempts, 1U);
  const auto after = office.port->render(items[0], office.house.clock.now());
  EXPECT_EQ(after->headers[1], before->headers[1]);
  EXPECT_NE(after->body.find("\"attempt\":2"), std::string::npos);
}

TEST(OutboxPort, GivesBackWhatAStoppedCoreCannotTake) {
  Office office;
  office.decided(office.house.ask(), evidence::Verdict::reject);
  const auto items = office.port->due(office.house.clock.now(), 10);
  office.house.engine->stop();
  EXPECT_EQ(office.port->report(items).size(), items.size());
}

}  // namespace
}  // namespace lp::server
