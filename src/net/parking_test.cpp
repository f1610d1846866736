#include "net/parking.h"

#include <gtest/gtest.h>

#include <atomic>
#include <new>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "net/testing.h"

namespace lp::net {
namespace {

using testing::eventually;
using testing::get;
using testing::RawClient;
using testing::test_options;
using testing::TestServer;
using testing::value_of;

Reply text(std::string body) {
  Reply reply;
  reply.body = std::move(body);
  return reply;
}

// What a test changes and a park looks at.
struct World {
  std::atomic<bool> decided = false;
  std::atomic<int> abandoned = 0;

  // Parks on the path for `hold_ms`, until decided.
  Handler handler(std::int64_t hold_ms) {
    return [this, hold_ms](Request&& request) -> Outcome {
      if (request.path == "/now") return text("now");
      Park park;
      park.topic = request.path;
      park.hold_ms = hold_ms;
      park.render = [this](bool expired) -> std::optional<Reply> {
        if (decided) return text("decided");
        if (expired) return text("pending");
        return {};
      };
      park.abandoned = [this] { ++abandoned; };
      return park;
    };
  }
};

bool parked(TestServer& server, std::size_t count) {
  return eventually([&server, count] { return server->figures().parked == count; });
}

constexpr std::int64_t long_ms = 60'000;

TEST(Parking, WakesWhenTheTopicIsAnnouncedFromAnotherThread) {
  World world;
  TestServer server(world.handler(long_ms));
  RawClient client = server.client();
  client.send(get("/req_1"));
  ASSERT_TRUE(parked(server, 1));
  std::thread core([&] {
    world.decided = true;
    server->announce({"/req_0", "/req_1"});
  });
  EXPECT_EQ(client.read()->body, "decided");
  core.join();
  EXPECT_EQ(server->figures().parked, 0U);
  EXPECT_EQ(client.ask(get("/now"))->body, "now");
}

TEST(Parking, GoesOnWaitingWhenTheTopicDoesNotDecideIt) {
  World world;
  TestServer server(world.handler(long_ms));
  RawClient client = server.client();
  client.send(get("/req_1"));
  ASSERT_TRUE(parked(server, 1));
  server->announce({"/req_1"});
  server->announce({"/other"});
  EXPECT_TRUE(client.silent_for(20));
  world.decided = true;
  server->announce({"/req_1"});
  EXPECT_EQ(client.read()->body, "decided");
}

TEST(Parking, AnswersAtOnceWhatIsDecidedAlready) {
  World world;
  world.decided = true;
  TestServer server(world.handler(long_ms));
  RawClient client = server.client();
  EXPECT_EQ(client.ask(get("/a"))->body, "decided");
  EXPECT_EQ(client.ask(get("/b"))->body, "decided");
}

TEST(Parking, ExpiresToTheMillisecondNotToTheSweep) {
  World world;
  ServerOptions options = test_options();
  options.limits.sweep_ms = 60'000;
  TestServer server(world.handler(50), options);
  RawClient client = server.client();
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(client.ask(get("/a"))->body, "pending");
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(49));
  EXPECT_EQ(client.ask(get("/now"))->body, "now");
}

TEST(Parking, ExpiresInTheOrderOfDeadlines) {
  World world;
  TestServer server([&world](Request&& request) -> Outcome {
    const auto hold_ms = std::stoll(request.query);
    return world.handler(hold_ms)(std::move(request));
  });
  RawClient late = server.client();
  late.send(get("/a?60000"));
  ASSERT_TRUE(parked(server, 1));
  RawClient early = server.client();
  EXPECT_EQ(early.ask(get("/a?10"))->body, "pending");
  EXPECT_EQ(server->figures().parked, 1U);
}

TEST(Parking, AnswersAtOnceWithoutAHold) {
  World world;
  TestServer server(world.handler(0));
  EXPECT_EQ(server.client().ask(get("/a"))->body, "pending");
  EXPECT_EQ(server->figures().parked, 0U);
}

TEST(Parking, SaysNoAnswerWhenAnExpiredRenderIsSilent) {
  TestServer server([](Request&&) -> Outcome {
    return Park{"t", 1, [](bool) { return std::optional<Reply>(); }, {}};
  });
  const auto reply = server.client().ask(get("/"));
  EXPECT_EQ(reply->status, 503);
  EXPECT_NE(reply->body.find("\"no_answer\""), std::string::npos);
}

TEST(Parking, TurnsOutOfMemoryIntoAReply) {
  TestServer server([](Request&&) -> Outcome {
    return Park{"t", 1, [](bool) -> std::optional<Reply> { throw std::bad_alloc(); }, {}};
  });
  EXPECT_EQ(server.client().ask(get("/"))->status, 503);
}

TEST(Parking, NoticesThatTheClientWentAway) {
  World world;
  TestServer server(world.handler(long_ms));
  RawClient polite = server.client();
  RawClient crashed = server.client();
  polite.send(get("/a"));
  crashed.send(get("/a"));
  ASSERT_TRUE(parked(server, 2));
  polite.close();
  EXPECT_TRUE(eventually([&world] { return world.abandoned == 1; }));
  crashed.abort();
  EXPECT_TRUE(eventually([&world] { return world.abandoned == 2; }));
  EXPECT_TRUE(eventually([&server] { return server->figures().connections == 0; }));
  EXPECT_EQ(server->figures().parked, 0U);
}

TEST(Parking, KeepsWhatWasPipelinedBehindThePark) {
  World world;
  TestServer server(world.handler(long_ms));
  RawClient client = server.client();
  client.send(get("/a") + get("/now").substr(0, 10));
  ASSERT_TRUE(parked(server, 1));
  client.send(get("/now").substr(10) + get("/now"));
  EXPECT_TRUE(client.silent_for(20));
  world.decided = true;
  server->announce({"/a"});
  EXPECT_EQ(client.read()->body, "decided");
  EXPECT_EQ(client.read()->body, "now");
  EXPECT_EQ(client.read()->body, "now");
}

TEST(Parking, NoticesAResetAlsoBehindPipelinedBytes) {
  World world;
  TestServer server(world.handler(long_ms));
  RawClient client = server.client();
  client.send(get("/a"));
  ASSERT_TRUE(parked(server, 1));
  client.send(get("/now"));
  EXPECT_TRUE(client.silent_for(20));
  client.abort();
  EXPECT_TRUE(eventually([&world] { return world.abandoned == 1; }));
}

TEST(Parking, IsNotKeptBusyByAnUrgentByte) {
  World world;
  TestServer server(world.handler(long_ms));
  RawClient client = server.client();
  client.send(get("/a"));
  ASSERT_TRUE(parked(server, 1));
  client.send(get("/now").substr(0, 5));
  client.send_urgent('!');
  EXPECT_TRUE(client.silent_for(20));
  timespec before{};
  timespec after{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
  EXPECT_TRUE(client.silent_for(100));
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
  const auto ms = [](timespec t) { return t.tv_sec * 1'000 + t.tv_nsec / 1'000'000; };
  EXPECT_LT(ms(after) - ms(before), 50);
  EXPECT_EQ(server->figures().parked, 1U);
}

TEST(Parking, ParksAgainOnTheSameConnection) {
  World world;
  TestServer server(world.handler(1));
  RawClient client = server.client();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(client.ask(get("/a"))->body, "pending");
}

TEST(Parking, LeavesTheBodyOutForHead) {
  World world;
  TestServer server(world.handler(long_ms));
  RawClient client = server.client();
  client.send("HEAD /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  ASSERT_TRUE(parked(server, 1));
  world.decided = true;
  server->announce({"/a"});
  const auto reply = client.read(true);
  EXPECT_EQ(value_of(*reply, "content-length"), "7");
  EXPECT_EQ(value_of(*reply, "connection"), "close");
  EXPECT_TRUE(client.closed());
}

TEST(Parking, TimeSpentParkedIsNotRequestTime) {
  World world;
  ServerOptions options = test_options();
  options.limits.request_ms_max = options.limits.idle_ms_max = 40;
  TestServer server(world.handler(200), options);
  EXPECT_EQ(server.client().ask(get("/a"))->body, "pending");
}

TEST(Parking, IsOverWithItsExpiredReplyWhenTheServerStops) {
  World world;
  ServerOptions options = test_options();
  options.threads = 2;
  TestServer server(world.handler(long_ms), options);
  std::vector<RawClient> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(server.client());
    clients.back().send(get("/a"));
  }
  ASSERT_TRUE(parked(server, 20));
  server->stop(60'000);
  for (auto& client : clients) {
    const auto reply = client.read();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->body, "pending");
    EXPECT_EQ(value_of(*reply, "connection"), "close");
    EXPECT_TRUE(client.closed());
  }
}

TEST(Parking, HoldsTwoThousandAndWakesThemAllAtOnce) {
  constexpr std::size_t count = 2'000;
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  World world;
  ServerOptions options = test_options();
  options.threads = 2;
  TestServer server(world.handler(long_ms), options);
  std::vector<RawClient> clients;
  for (std::size_t i = 0; i < count; ++i) {
    clients.push_back(server.client());
    clients.back().send(get("/same"));
  }
  ASSERT_TRUE(parked(server, count));
  world.decided = true;
  server->announce({"/same"});
  for (auto& client : clients) ASSERT_EQ(client.read()->body, "decided");
  EXPECT_EQ(server->figures().parked, 0U);
  for (auto& client : clients) ASSERT_EQ(client.ask(get("/now"))->body, "now");
}

// A decision that comes while the client is about to park must not be missed: two threads run at
// each other, again and again.
TEST(Parking, NeverMissesAnAnnouncementThatRacesWithIt) {
  std::atomic<int> decided = -1;
  std::atomic<int> asked = -1;
  TestServer server([&](Request&& request) -> Outcome {
    const int number = std::stoi(request.query);
    asked = number;
    return Park{"t",
                long_ms,
                [&decided, number](bool) -> std::optional<Reply> {
                  if (decided < number) return {};
                  return text(std::to_string(number));
                },
                {}};
  });
  constexpr int rounds = 2'000;
  std::thread core([&] {
    for (int i = 0; i < rounds; ++i) {
      while (asked < i) std::this_thread::yield();
      decided = i;
      server->announce({"t"});
    }
  });
  RawClient client = server.client();
  for (int i = 0; i < rounds; ++i) {
    const auto reply = client.ask(get("/?" + std::to_string(i)));
    ASSERT_TRUE(reply) << i;
    ASSERT_EQ(reply->body, std::to_string(i));
  }
  core.join();
}

}  // namespace
}  // namespace lp::net
