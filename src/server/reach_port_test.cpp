#include "server/reach_port.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "core/testing.h"
#include "json/parse.h"
#include "outbound/testing.h"
#include "server/outbox_port.h"

namespace lp::server {
namespace {

using outbound::eventually;
using outbound::Sink;

struct Office {
  core::House house;
  Sink sink;
  std::optional<OutboxPort> decisions;
  std::optional<ReachPort> port;
  std::unique_ptr<outbound::Worker> worker;
  std::optional<Instant> certificate;

  Office() {
    decisions.emplace(*house.engine, "https://letsping.example");
    port.emplace(*house.engine, *decisions,
                 ReachOptions{.base_url = "https://letsping.example",
                              .mail = {},
                              .push_subject = "mailto:ops@example.org",
                              .alarm_after_ms = 3'600'000,
                              .certificate_until = [this] { return certificate; },
                              .wake = [] {}});
  }
  ~Office() { worker.reset(); }

  std::string add(const std::string& kind, const std::string& path) {
    core::AddChannel command{
        .channel = {},
        .target = {.url = sink.url(path), .address = {}, .secret = {}, .p256dh = {}, .auth = {}}};
    command.channel.project = house.project;
    command.channel.kind = kind;
    command.channel.name = "Hook";
    return house.engine->run(std::move(command))->channel.id;
  }
  void work() {
    worker = std::make_unique<outbound::Worker>(*port, *outbound::Guard::make({"127.0.0.1"}),
                                                house.clock, house.entropy,
                                                outbound::WorkerOptions{.poll_ms = 10});
    worker->start();
  }
  std::vector<std::string> events() {
    std::vector<std::string> found;
    for (const auto& received : sink.received()) {
      const auto body = json::parse(received.body);
      found.emplace_back(body ? body->root.find_string("event").value_or("?") : "?");
    }
    return found;
  }
  bool works(const std::string& id) {
    for (const auto& row : *house.engine->reader().reach_health()) {
      if (row.destination == id) return row.works();
    }
    return false;
  }
};

TEST(ReachPort, TellsOfARequestOnceAndSaysNothingOfItsContent) {
  Office office;
  const std::string channel = office.add("webhook", "/ok/told");
  const std::string id = office.house.asked();
  office.house.clock.advance_ms(core::notice_grace_ms);
  office.work();
  ASSERT_TRUE(eventually([&] { return office.works(channel); }));
  ASSERT_EQ(office.sink.received().size(), 1U);
  const std::string body = office.sink.received()[0].body;
  const auto read = json::parse(body);
  ASSERT_TRUE(read.has_value()) << body;
  EXPECT_EQ(read->root.find_string("event"), core::pending_event);
  EXPECT_EQ(read->root.find_string("url"), "https://letsping.example/requests/" + id);
  for (const char* content : {"db-agent", "sql", "DROP TABLE", "_lp_enc"}) {
    EXPECT_EQ(body.find(content), std::string::npos) << body;
  }
}

TEST(ReachPort, GivesUpWhatWasDecidedBeforeItsTime) {
  Office office;
  const std::string channel = office.add("webhook", "/ok/told");
  const std::string id = office.house.asked();
  EXPECT_TRUE(office.house.decide(office.house.consider(id, evidence::Verdict::reject)));
  office.house.clock.advance_ms(core::notice_grace_ms);
  office.work();
  ASSERT_TRUE(eventually([&] {
    return office.house.engine->reader().outbox_due(office.house.clock.now(), 10)->empty();
  }));
  EXPECT_TRUE(office.sink.received().empty());
  EXPECT_FALSE(office.works(channel)) << "what was not sent is no success";
}

TEST(ReachPort, SendsATestOnceAndNotesWhatBecameOfIt) {
  Office office;
  const std::string good = office.add("webhook", "/ok/a"), bad = office.add("slack", "/error/b");
  EXPECT_TRUE(office.port->test(office.house.project, good));
  EXPECT_TRUE(office.port->test(office.house.project, bad));
  EXPECT_TRUE(office.port->test(office.house.project, bad)) << "one that waits is enough";
  office.work();
  ASSERT_TRUE(eventually([&] {
    return office.works(good) && office.house.engine->reader().reach_health()->size() == 2;
  }));
  EXPECT_EQ(office.sink.received().size(), 2U);
  EXPECT_FALSE(office.works(bad));
  office.worker.reset();
  office.house.clock.advance_ms(60'000);
  EXPECT_TRUE(office.port->due(office.house.clock.now(), 10).empty()) << "a test is tried again";
}

TEST(ReachPort, RaisesAnAlarmOnceADayWhileItStands) {
  Office office;
  office.add("webhook", "/ok/alarms");
  office.certificate = office.house.clock.now() + 86'400'000;
  office.work();
  ASSERT_TRUE(eventually([&] { return office.events().size() == 1; }));
  EXPECT_EQ(office.events()[0], "alarm.certificate");
  office.house.clock.advance_ms(60'000);
  EXPECT_FALSE(office.events().size() > 1);
  office.house.clock.advance_ms(86'400'000);
  EXPECT_TRUE(eventually([&] { return office.events().size() == 2; }));
}

TEST(ReachPort, ShowsWhatLeavesWithoutTheSecretsThatItIsSentWith) {
  Office office;
  const std::string id = office.add("webhook", "/ok/secret-path");
  const auto& channel = office.house.engine->directory()->channels.at(id);
  const std::string text = office.port->preview(channel);
  EXPECT_NE(text.find("request.pending"), std::string::npos) << text;
  EXPECT_NE(text.find("webhook-signature: …"), std::string::npos) << text;
  EXPECT_EQ(text.find("secret-path"), std::string::npos) << text;
}

TEST(ReachPort, RefusesPlacesThatAChannelCannotLeadTo) {
  Office office;
  EXPECT_EQ(office.port->refuse_target("slack", "https://hooks.example.org/x"), "");
  EXPECT_NE(office.port->refuse_target("slack", "http://hooks.example.org/x"), "");
  EXPECT_EQ(office.port->refuse_target("webhook", "http://hooks.internal/x"), "");
  EXPECT_NE(office.port->refuse_target("webhook", "ftp://hooks.internal/x"), "");
  EXPECT_NE(office.port->refuse_target("ntfy", "https://ntfy.example.org/a b"), "");
  EXPECT_EQ(office.port->refuse_target("mail", "ada@example.org"), "");
  EXPECT_NE(office.port->refuse_target("mail", "ada@example.org\r\nBcc: x@y.z"), "");
  EXPECT_FALSE(office.port->sends("mail"));
  EXPECT_TRUE(office.port->sends("ntfy"));
  EXPECT_EQ(from_base64url(office.port->push_key())->size(), 65U);
}

TEST(ReachPort, KeepsItsPushKeyOverARestart) {
  Office office;
  const std::string key = office.port->push_key();
  office.port.reset();
  office.decisions.reset();
  office.house.close();
  office.house.open();
  office.decisions.emplace(*office.house.engine, "");
  office.port.emplace(*office.house.engine, *office.decisions,
                      ReachOptions{.base_url = {}, .mail = {}, .push_subject = "mailto:a@b.c"});
  EXPECT_EQ(office.port->push_key(), key);
}

}  // namespace
}  // namespace lp::server
