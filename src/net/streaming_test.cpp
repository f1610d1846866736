#include "net/streaming.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <new>
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

// What streams say: whatever was said to the test since they were last asked.
struct Station {
  std::atomic<int> news = 0;
  std::atomic<int> asked = 0;
  std::atomic<int> open = 0;
  std::int64_t beat_ms = 60'000;
  std::int64_t gap_ms = 0;
  std::size_t size = 0;  // of each word

  struct Listener {
    explicit Listener(Station& at) : station(at) { ++station.open; }
    ~Listener() { --station.open; }
    Station& station;
    int heard = 0;

    Chunk next(Prompt prompt) {
      ++station.asked;
      if (prompt == Prompt::stop) return {.bytes = "bye\n"};
      if (prompt == Prompt::time) return {.bytes = "beat\n", .again_ms = station.beat_ms};
      const int now = station.news;
      if (now < 0) return {.bytes = "over\n", .last = true};
      std::string bytes;
      if (now != heard) bytes = std::to_string(now) + std::string(station.size, '.') + "\n";
      heard = now;
      return {.bytes = std::move(bytes), .again_ms = station.beat_ms};
    }
  };

  Handler handler() {
    return [this](Request&& request) -> Outcome {
      if (request.path == "/now") return Reply{.body = "now"};
      Reply head{.content_type = "text/event-stream"};
      if (request.path == "/bad") head.headers.emplace_back("X", "a\r\nb");
      return Stream{.head = std::move(head),
                    .topic = "news",
                    .gap_ms = gap_ms,
                    .next = [listener = std::make_unique<Listener>(*this)](Prompt prompt) {
                      return listener->next(prompt);
                    }};
    };
  }
  void say(TestServer& server, int word) {
    news = word;
    server->announce({"other", "news"});
  }
};

bool streaming(TestServer& server, std::size_t count) {
  return eventually([&server, count] { return server->figures().streams == count; });
}

// A client whose stream has begun.
RawClient listener(TestServer& server) {
  const std::size_t others = server->figures().streams;
  RawClient client = server.client();
  EXPECT_TRUE(client.ask(get("/events")));
  EXPECT_TRUE(streaming(server, others + 1));
  return client;
}

TEST(Streaming, SendsAHeadWithoutALengthAndThenWhateverIsSaid) {
  Station station;
  TestServer server(station.handler());
  RawClient client = server.client();
  const auto head = client.ask(get("/events"));
  ASSERT_TRUE(head);
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(value_of(*head, "content-type"), "text/event-stream");
  EXPECT_EQ(value_of(*head, "content-length"), "");
  EXPECT_EQ(value_of(*head, "connection"), "close");
  EXPECT_EQ(value_of(*head, "cache-control"), "no-store");
  EXPECT_EQ(value_of(*head, "x-content-type-options"), "nosniff");
  ASSERT_TRUE(streaming(server, 1));
  station.say(server, 1);
  EXPECT_EQ(client.line(), "1");
  station.say(server, 2);
  EXPECT_EQ(client.line(), "2");
  EXPECT_EQ(server->figures().streams, 1U);
}

TEST(Streaming, HearsWhatWasSaidBeforeItWasThere) {
  Station station;
  station.news = 7;
  TestServer server(station.handler());
  RawClient client = server.client();
  client.ask(get("/events"));
  EXPECT_EQ(client.line(), "7");
}

TEST(Streaming, MissesNothingThatIsAnnouncedWhileItBegins) {
  Station station;
  ServerOptions options = test_options();
  options.threads = 2;
  TestServer server(station.handler(), options);
  for (int round = 1; round <= 200; ++round) {
    RawClient client = server.client();
    client.send(get("/events"));
    station.say(server, round);
    ASSERT_TRUE(client.read());
    auto line = client.line();
    // It may have been there in time for the word before.
    if (line == std::to_string(round - 1)) line = client.line();
    ASSERT_EQ(line, std::to_string(round));
  }
}

TEST(Streaming, AsksAgainInTime) {
  Station station;
  station.beat_ms = 20;
  TestServer server(station.handler());
  RawClient client = server.client();
  client.ask(get("/events"));
  EXPECT_EQ(client.line(), "beat");
  EXPECT_EQ(client.line(), "beat");
}

TEST(Streaming, AsksAtMostOnceInAGapAndThenForAllThatWasSaid) {
  Station station;
  station.gap_ms = 200;
  TestServer server(station.handler());
  RawClient client = listener(server);
  for (int word = 1; word <= 100; ++word) station.say(server, word);
  EXPECT_EQ(client.line(), "100");
  EXPECT_EQ(station.asked, 2);
}

TEST(Streaming, EndsWhereTheStreamSaysSo) {
  Station station;
  TestServer server(station.handler());
  RawClient client = listener(server);
  station.say(server, -1);
  EXPECT_EQ(client.line(), "over");
  EXPECT_TRUE(client.closed());
  EXPECT_TRUE(streaming(server, 0));
  EXPECT_EQ(station.open, 0);
}

TEST(Streaming, LetsGoOfAClientThatLeavesOrCrashes) {
  Station station;
  TestServer server(station.handler());
  RawClient polite = listener(server), rude = listener(server);
  polite.close();
  rude.abort();
  EXPECT_TRUE(streaming(server, 0));
  EXPECT_TRUE(eventually([&] { return station.open == 0 && server->figures().connections == 0; }));
}

TEST(Streaming, GoesOnWhenTheClientSendsMoreThanItsRequest) {
  Station station;
  TestServer server(station.handler());
  RawClient client = server.client();
  client.ask(get("/events") + get("/now"));
  ASSERT_TRUE(streaming(server, 1));
  station.say(server, 1);
  EXPECT_EQ(client.line(), "1");
  client.abort();
  EXPECT_TRUE(streaming(server, 0));
}

TEST(Streaming, HoldsOneChunkForASlowReaderAndTellsItOnlyTheNewest) {
  Station station;
  station.size = 4 * 1024 * 1024;  // more than both kernels' buffers take
  TestServer server(station.handler());
  RawClient slow = listener(server);
  station.say(server, 1);
  ASSERT_TRUE(eventually([&] { return station.asked == 2; }));
  for (int word = 2; word <= 50; ++word) station.say(server, word);
  RawClient other = server.client();
  EXPECT_EQ(other.ask(get("/now"))->body, "now");  // nobody is held up
  EXPECT_EQ(station.asked, 2);
  EXPECT_EQ(slow.line()->substr(0, 2), "1.");
  EXPECT_EQ(slow.line()->substr(0, 3), "50.");
  EXPECT_EQ(station.asked, 3);
}

TEST(Streaming, CutsOffAReaderThatTakesNothing) {
  Station station;
  station.size = 8 * 1024 * 1024;
  ServerOptions options = test_options();
  options.limits.request_ms_max = 100;
  TestServer server(station.handler(), options);
  RawClient stuck = listener(server);
  station.say(server, 1);
  EXPECT_TRUE(streaming(server, 0));
  EXPECT_TRUE(stuck.read_to_end());
}

TEST(Streaming, SaysItsLastWordsWhenTheServerStops) {
  Station station;
  station.size = 8 * 1024 * 1024;
  TestServer server(station.handler());
  RawClient client = listener(server);
  server->stop(1'000);
  EXPECT_EQ(client.line(), "bye");
  EXPECT_TRUE(client.closed());
  EXPECT_EQ(station.open, 0);
}

TEST(Streaming, DoesNotHoldUpAStopForAReaderThatTakesNothing) {
  Station station;
  station.size = 8 * 1024 * 1024;
  TestServer server(station.handler());
  RawClient stuck = listener(server);
  station.say(server, 1);
  ASSERT_TRUE(eventually([&] { return station.asked == 2; }));
  server->stop(100);
  EXPECT_EQ(server->figures().streams, 0U);
  EXPECT_EQ(station.open, 0);
}

TEST(Streaming, AnswersAHeadWithTheHeadAlone) {
  Station station;
  TestServer server(station.handler());
  RawClient client = server.client();
  client.send("HEAD /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.read()->status, 200);
  EXPECT_TRUE(client.closed());
  EXPECT_EQ(station.open, 0);
  EXPECT_EQ(station.asked, 0);
}

// A stream whose head waits, and what it says each time it is asked.
Handler waiting(std::vector<Chunk> chunks) {
  return [chunks = std::move(chunks)](Request&&) -> Outcome {
    return Stream{.head = {.content_type = "text/plain"},
                  .topic = "news",
                  .next =
                      [chunks, at = std::size_t{0}](Prompt prompt) mutable {
                        if (prompt == Prompt::stop) return Chunk{.instead = Reply{.status = 503}};
                        return chunks.at(at++);
                      },
                  .head_waits = true};
  };
}

TEST(Streaming, HoldsAHeadThatWaitsUntilThereAreWords) {
  TestServer server(waiting({{.bytes = "", .again_ms = 1},
                             {.bytes = "", .again_ms = 1},
                             {.bytes = "one\n", .again_ms = 1},
                             {.bytes = "two\n", .last = true}}));
  RawClient client = server.client();
  const auto head = client.ask(get("/"));
  ASSERT_TRUE(head);
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(value_of(*head, "content-type"), "text/plain");
  EXPECT_EQ(value_of(*head, "content-length"), "");
  EXPECT_EQ(value_of(*head, "x-content-type-options"), "nosniff");
  EXPECT_EQ(client.line(), "one");
  EXPECT_EQ(client.line(), "two");
  EXPECT_TRUE(client.closed());
}

TEST(Streaming, RefusesInPlaceOfAHeadThatWaits) {
  TestServer server(waiting(
      {{.bytes = "", .again_ms = 1},
       {.bytes = "", .instead = Reply{.status = 503, .content_type = "text/x", .body = "no\n"}}}));
  RawClient client = server.client();
  const auto refused = client.ask(get("/"));
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 503);
  EXPECT_EQ(refused->body, "no\n");
  EXPECT_EQ(value_of(*refused, "content-type"), "text/x");
  EXPECT_EQ(value_of(*refused, "connection"), "close");
  EXPECT_EQ(value_of(*refused, "x-content-type-options"), "nosniff");
  EXPECT_TRUE(client.closed());
  EXPECT_TRUE(streaming(server, 0));
}

TEST(Streaming, SendsAHeadThatWaitsWhereNothingIsEverSaid) {
  TestServer server(waiting({{.bytes = "", .last = true}}));
  RawClient client = server.client();
  EXPECT_EQ(client.ask(get("/"))->status, 200);
  EXPECT_TRUE(client.closed());
}

TEST(Streaming, RefusesWhoStillWaitsForAHeadWhenTheServerStops) {
  TestServer server(waiting({{.bytes = "", .again_ms = 60'000}}));
  RawClient client = server.client();
  client.send(get("/"));
  ASSERT_TRUE(streaming(server, 1));
  server->stop(1'000);
  EXPECT_EQ(client.read()->status, 503);
  EXPECT_TRUE(client.closed());
}

TEST(Streaming, WithholdsARefusalThatIsNotWellFormed) {
  Reply bad;
  bad.headers.emplace_back("X", "a\r\nb");
  TestServer server(waiting({{.bytes = "", .instead = bad}}));
  RawClient client = server.client();
  EXPECT_EQ(client.ask(get("/"))->status, 500);
  EXPECT_TRUE(client.closed());
}

TEST(Streaming, WithholdsAHeadThatIsNotWellFormed) {
  Station station;
  TestServer server(station.handler());
  EXPECT_EQ(server.client().ask(get("/bad"))->status, 500);
  EXPECT_TRUE(eventually([&] { return station.open == 0; }));
  EXPECT_EQ(station.asked, 0);
}

TEST(Streaming, LosesOneStreamAndNoOtherWhenMemoryRunsOut) {
  std::atomic<bool> out = false;
  TestServer server([&out](Request&& request) -> Outcome {
    return Stream{.head = {},
                  .topic = request.path,
                  .next = [&out, first = request.path == "/first"](Prompt) -> Chunk {
                    if (out && first) throw std::bad_alloc();
                    return {.bytes = out ? "fine\n" : "", .again_ms = 60'000};
                  }};
  });
  RawClient first = server.client(), second = server.client();
  first.ask(get("/first"));
  second.ask(get("/second"));
  ASSERT_TRUE(streaming(server, 2));
  out = true;
  server->announce({"/first", "/second"});
  EXPECT_TRUE(first.closed());
  EXPECT_EQ(second.line(), "fine");
}

TEST(Streaming, TellsAThousandListenersAtOnce) {
  Station station;
  ServerOptions options = test_options();
  options.threads = 2;
  TestServer server(station.handler(), options);
  std::vector<RawClient> clients;
  for (int i = 0; i < 1'000; ++i) {
    clients.push_back(server.client());
    ASSERT_TRUE(clients.back().ask(get("/events")));
  }
  ASSERT_TRUE(streaming(server, 1'000));
  station.say(server, 1);
  for (RawClient& client : clients) EXPECT_EQ(client.line(), "1");
  EXPECT_EQ(station.asked, 2'000);
}

}  // namespace
}  // namespace lp::net
