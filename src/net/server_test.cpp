#include "net/server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <new>
#include <string>
#include <thread>

#include "net/testing.h"

namespace lp::net {
namespace {

using testing::echo;
using testing::get;
using testing::post;
using testing::RawClient;
using testing::test_options;
using testing::TestServer;
using testing::value_of;

Reply text(std::string body) {
  Reply reply;
  reply.body = std::move(body);
  return reply;
}

TEST(Server, AnswersAndKeepsTheConnection) {
  TestServer server(echo);
  RawClient client = server.client();
  for (int i = 0; i < 3; ++i) {
    const auto reply = client.ask(get("/a?b"));
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 200);
    EXPECT_EQ(reply->body, "/a|b|");
    EXPECT_EQ(value_of(*reply, "connection"), "");
  }
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  TestServer server(echo);
  RawClient client = server.client();
  std::string all;
  for (int i = 0; i < 50; ++i) all += i % 2 ? get("/g" + std::to_string(i)) : post("/p", "x");
  client.send(all);
  for (int i = 0; i < 50; ++i) {
    const auto reply = client.read();
    ASSERT_TRUE(reply) << i;
    EXPECT_EQ(reply->body, i % 2 ? "/g" + std::to_string(i) + "||" : "/p||x");
  }
}

TEST(Server, ReadsARequestThatComesByteByByte) {
  TestServer server(echo);
  RawClient client = server.client();
  const std::string request = post("/slow", "hello");
  for (const char byte : request) client.send({&byte, 1});
  EXPECT_EQ(client.read()->body, "/slow||hello");
}

TEST(Server, ReadsChunkedBodies) {
  TestServer server(echo);
  RawClient client = server.client();
  const std::string head =
      "POST /c HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
  const auto reply = client.ask(head + "5\r\nhello\r\n1\r\n \r\nA\r\n0123456789\r\n0\r\n\r\n");
  EXPECT_EQ(reply->body, "/c||hello 0123456789");
  EXPECT_EQ(client.ask(head + "0\r\n\r\n" + get("/next"))->body, "/c||");
  EXPECT_EQ(client.read()->body, "/next||");
}

TEST(Server, TakesABodyOfExactlyTheLimit) {
  TestServer server(
      [](Request&& request) -> Outcome { return text(std::to_string(request.body.size())); });
  RawClient client = server.client();
  EXPECT_EQ(client.ask(post("/", std::string(4'194'304, 'x')))->body, "4194304");
  EXPECT_EQ(client.ask(post("/", "y"))->body, "1");
}

TEST(Server, SendsLargeReplies) {
  const std::string large(8 * 1024 * 1024, 'z');
  TestServer server([&large](Request&&) -> Outcome { return text(large); });
  RawClient client = server.client();
  EXPECT_EQ(client.ask(get("/"))->body, large);
}

TEST(Server, AnswersHeadWithTheHeaderOfTheGet) {
  TestServer server([](Request&& request) -> Outcome {
    EXPECT_EQ(request.method, Method::get);
    return text("12345");
  });
  RawClient client = server.client();
  const auto reply = client.ask("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n", true);
  EXPECT_EQ(value_of(*reply, "content-length"), "5");
  EXPECT_EQ(client.ask(get("/"))->body, "12345");
}

TEST(Server, ClosesWhenAskedTo) {
  TestServer server(echo);
  RawClient client = server.client();
  const auto reply = client.ask(get("/", "Connection: close\r\n"));
  EXPECT_EQ(value_of(*reply, "connection"), "close");
  EXPECT_TRUE(client.closed());
}

TEST(Server, ClosesAfterHttp10) {
  TestServer server(echo);
  RawClient client = server.client();
  const auto reply =
      client.ask("GET / HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(value_of(*reply, "connection"), "close");
  EXPECT_TRUE(client.closed());
}

TEST(Server, ClosesWhenTheReplySaysSo) {
  TestServer server([](Request&&) -> Outcome {
    Reply reply = text("bye");
    reply.close = true;
    return reply;
  });
  RawClient client = server.client();
  EXPECT_EQ(client.ask(get("/"))->body, "bye");
  EXPECT_TRUE(client.closed());
}

TEST(Server, SendsTheFixedHeadersWithEveryReply) {
  TestServer server(echo);
  for (const std::string& request : {get("/"), get("/%00")}) {
    RawClient client = server.client();
    const auto reply = client.ask(request);
    ASSERT_TRUE(reply);
    EXPECT_NE(value_of(*reply, "content-security-policy"), "");
    EXPECT_EQ(value_of(*reply, "x-content-type-options"), "nosniff");
    EXPECT_EQ(value_of(*reply, "cache-control"), "no-store");
    EXPECT_EQ(value_of(*reply, "date").size(), 29U);
    EXPECT_EQ(value_of(*reply, "strict-transport-security"), "");
    EXPECT_EQ(value_of(*reply, "server"), "");
  }
}

TEST(Server, LetsAReplySetCachingButNotFraming) {
  TestServer server([](Request&&) -> Outcome {
    Reply reply = text("x");
    reply.headers = {{"Cache-Control", "no-cache"}, {"Content-Length", "9"}, {"X-Own", "1"}};
    return reply;
  });
  const auto reply = server.client().ask(get("/"));
  EXPECT_EQ(value_of(*reply, "cache-control"), "no-cache");
  EXPECT_EQ(value_of(*reply, "content-length"), "1");
  EXPECT_EQ(value_of(*reply, "x-own"), "1");
}

TEST(Server, WithholdsAReplyThatWouldSplit) {
  TestServer server([](Request&&) -> Outcome {
    Reply reply = text("x");
    reply.headers = {{"Location", "/a\r\nSet-Cookie: evil=1"}};
    return reply;
  });
  const auto reply = server.client().ask(get("/"));
  EXPECT_EQ(reply->status, 500);
  EXPECT_NE(reply->body.find("\"bad_reply\""), std::string::npos);
  EXPECT_EQ(value_of(*reply, "set-cookie"), "");
}

TEST(Server, AnswersOnlyForKnownHosts) {
  ServerOptions options = test_options();
  options.hosts = {"localhost:8400", "lp.example"};
  TestServer server(echo, options);
  const auto status = [&server](std::string_view host) {
    return server.client().ask("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n")->status;
  };
  EXPECT_EQ(status("localhost:8400"), 200);
  EXPECT_EQ(status("LP.example"), 200);
  EXPECT_EQ(status("localhost"), 421);
  EXPECT_EQ(status("evil.example"), 421);
  const auto refused = server.client().ask(get("/"));
  EXPECT_NE(refused->body.find("\"unknown_host\""), std::string::npos);
}

TEST(Server, TellsTheHandlerWhoAsks) {
  TestServer server([](Request&& request) -> Outcome {
    return text(request.peer.address + (request.peer.loopback ? " loopback " : " ") + request.host +
                " " + std::string(request.header("x-two")) + (request.peer.uid ? " uid" : ""));
  });
  const auto reply = server.client().ask(get("/", "X-Two: \t b c \t\r\n"));
  EXPECT_EQ(reply->body, "127.0.0.1 loopback localhost b c uid");
}

TEST(Server, ContinuesWhenTheClientWaitsForIt) {
  TestServer server(echo);
  RawClient client = server.client();
  client.send(
      "POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.read()->status, 100);
  EXPECT_EQ(client.ask("ok")->body, "/||ok");
}

TEST(Server, DoesNotContinueWhenTheBodyIsThere) {
  TestServer server(echo);
  const auto reply = server.client().ask(
      "POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_EQ(reply->status, 200);
}

TEST(Server, TurnsOutOfMemoryIntoAReply) {
  TestServer server([](Request&&) -> Outcome { throw std::bad_alloc(); });
  const auto reply = server.client().ask(get("/"));
  EXPECT_EQ(reply->status, 503);
  EXPECT_NE(reply->body.find("\"out_of_memory\""), std::string::npos);
}

TEST(Server, CutsOffOnlyTheClientOfAHandlerThatThrows) {
  TestServer server([](Request&& request) -> Outcome {
    if (request.path == "/bug") throw 1;
    return text("fine");
  });
  RawClient other = server.client();
  ASSERT_EQ(other.ask(get("/"))->body, "fine");
  RawClient client = server.client();
  client.send(get("/bug"));
  EXPECT_TRUE(client.closed());
  EXPECT_EQ(other.ask(get("/"))->body, "fine");
}

TEST(Server, SpreadsOverItsThreads) {
  ServerOptions options = test_options();
  options.threads = 3;
  std::mutex mutex;
  std::vector<std::thread::id> seen;
  TestServer server(
      [&](Request&&) -> Outcome {
        const std::lock_guard lock(mutex);
        if (std::ranges::find(seen, std::this_thread::get_id()) == seen.end()) {
          seen.push_back(std::this_thread::get_id());
        }
        return Reply();
      },
      options);
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(server.client().ask(get("/")));
  EXPECT_EQ(seen.size(), 3U);
}

TEST(Server, RefusesAPortThatIsTaken) {
  TestServer first(echo);
  ServerOptions options = test_options();
  options.endpoint.port = first->port();
  const Server second(options, echo, {});
  EXPECT_NE(second.error().find("Address already in use"), std::string::npos) << second.error();
}

TEST(Server, RefusesANameForAnAddress) {
  ServerOptions options = test_options();
  options.endpoint.address = "localhost";
  const Server server(options, echo, {});
  EXPECT_NE(server.error().find("not a name"), std::string::npos) << server.error();
}

TEST(Server, ListensOnIpv6) {
  ServerOptions options = test_options();
  options.endpoint.address = "::1";
  Server server(options, echo, {});
  EXPECT_EQ(server.error(), "");
  EXPECT_NE(server.port(), 0);
}

TEST(Server, CanBeMadeAndDroppedWithoutAStart) {
  Server server(test_options(), echo, {});
  EXPECT_EQ(server.figures().connections, 0U);
}

// A thread that answers what it is given, later.
class Answerer {
 public:
  using Work = std::move_only_function<void(Responder&)>;

  ~Answerer() { finish(); }
  void finish() {
    if (thread_.joinable()) thread_.join();
  }
  Outcome later(Work work) {
    return Later{[this, work = std::move(work)](std::shared_ptr<Responder> responder) mutable {
      if (thread_.joinable()) thread_.join();
      thread_ = std::thread([responder = std::move(responder), work = std::move(work)]() mutable {
        work(*responder);
      });
    }};
  }

 private:
  std::thread thread_;
};

TEST(Later, IsAnsweredFromAnotherThread) {
  Answerer answerer;
  TestServer server([&answerer](Request&& request) -> Outcome {
    return answerer.later(
        [path = request.path](Responder& responder) { responder.reply(text("later " + path)); });
  });
  RawClient client = server.client();
  EXPECT_EQ(client.ask(get("/1"))->body, "later /1");
  EXPECT_EQ(client.ask(get("/2"))->body, "later /2");
}

TEST(Later, LeavesWithTheAnnouncementWhenItIsMadeOnTheNetThread) {
  std::atomic<bool> rendered = false;
  Answerer answerer;
  TestServer* announcing = nullptr;
  TestServer server([&](Request&&) -> Outcome {
    return answerer.later([&](Responder& responder) {
      responder.render([&rendered] {
        rendered = true;
        return text("made there");
      });
      (*announcing)->announce({});
    });
  });
  announcing = &server;
  EXPECT_EQ(server.client().ask(get("/"))->body, "made there");
  EXPECT_TRUE(rendered);
  answerer.finish();
}

TEST(Later, TellsOfMemoryThatRanOutWhileTheAnswerWasMade) {
  Answerer answerer;
  TestServer* announcing = nullptr;
  TestServer server([&](Request&&) -> Outcome {
    return answerer.later([&](Responder& responder) {
      responder.render([]() -> Reply { throw std::bad_alloc(); });
      (*announcing)->announce({});
    });
  });
  announcing = &server;
  EXPECT_EQ(server.client().ask(get("/"))->status, 503);
  answerer.finish();
}

TEST(Later, IsAnsweredInPlace) {
  TestServer server([](Request&&) -> Outcome {
    return Later{[](std::shared_ptr<Responder> responder) { responder->reply(text("now")); }};
  });
  EXPECT_EQ(server.client().ask(get("/"))->body, "now");
}

TEST(Later, TakesTheFirstAnswerOnly) {
  TestServer server([](Request&&) -> Outcome {
    return Later{[](std::shared_ptr<Responder> responder) {
      responder->reply(text("first"));
      responder->reply(text("second"));
    }};
  });
  RawClient client = server.client();
  EXPECT_EQ(client.ask(get("/"))->body, "first");
  EXPECT_EQ(client.ask(get("/"))->body, "first");
}

TEST(Later, SaysSoWhenNobodyAnswers) {
  TestServer server([](Request&&) -> Outcome { return Later{[](std::shared_ptr<Responder>) {}}; });
  RawClient client = server.client();
  const auto reply = client.ask(get("/"));
  EXPECT_EQ(reply->status, 503);
  EXPECT_NE(reply->body.find("\"no_answer\""), std::string::npos);
  EXPECT_EQ(client.ask(get("/"))->status, 503);
}

TEST(Later, MayParkInstead) {
  Answerer answerer;
  TestServer server([&answerer](Request&&) -> Outcome {
    return answerer.later([](Responder& responder) {
      responder.park({"t", 10'000, [](bool) { return text("parked and ready"); }, {}});
    });
  });
  EXPECT_EQ(server.client().ask(get("/"))->body, "parked and ready");
}

// Answers nothing, and keeps what an answer could be given with.
class Keeper {
 public:
  Handler handler() {
    return [this](Request&&) -> Outcome {
      return Later{[this](std::shared_ptr<Responder> responder) {
        const std::lock_guard lock(mutex_);
        kept_ = std::move(responder);
      }};
    };
  }
  // Until a request has come.
  std::shared_ptr<Responder> wait() {
    testing::eventually([this] {
      const std::lock_guard lock(mutex_);
      return kept_ != nullptr;
    });
    const std::lock_guard lock(mutex_);
    return kept_;
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<Responder> kept_;
};

TEST(Later, AnswersIntoTheVoidWhenTheClientIsGone) {
  Keeper keeper;
  TestServer server(keeper.handler());
  RawClient client = server.client();
  client.send(get("/"));
  const auto kept = keeper.wait();
  ASSERT_TRUE(kept);
  client.abort();
  kept->reply(text("too late"));
  EXPECT_TRUE(testing::eventually([&server] { return server->figures().connections == 0; }));
}

TEST(Later, MayOutliveTheServer) {
  std::shared_ptr<Responder> kept;
  {
    TestServer server([&kept](Request&&) -> Outcome {
      return Later{[&kept](std::shared_ptr<Responder> responder) { kept = std::move(responder); }};
    });
    RawClient client = server.client();
    client.send(get("/"));
    ASSERT_TRUE(testing::eventually([&server] { return server->figures().connections == 1; }));
    server->stop(0);
    const auto reply = client.read();
    // The drain may end before or after the handler was asked.
    if (reply) {
      EXPECT_EQ(reply->status, 503);
    }
  }
  if (kept) kept->reply(text("after the end"));
}

TEST(Stop, ClosesIdleConnectionsAtOnce) {
  TestServer server(echo);
  RawClient client = server.client();
  client.ask(get("/"));
  server->stop(60'000);
  EXPECT_TRUE(client.closed());
  EXPECT_FALSE(server.client().connected());
}

TEST(Stop, LetsARunningRequestEnd) {
  Keeper keeper;
  TestServer server(keeper.handler());
  RawClient client = server.client();
  client.send(get("/"));
  const auto kept = keeper.wait();
  ASSERT_TRUE(kept);
  std::thread stopper([&server] { server->stop(60'000); });
  EXPECT_TRUE(testing::eventually([&server] { return !server.client().connected(); }));
  kept->reply(text("done"));
  const auto reply = client.read();
  EXPECT_EQ(reply->body, "done");
  EXPECT_EQ(value_of(*reply, "connection"), "close");
  stopper.join();
}

TEST(Stop, GivesUpOnARequestThatDoesNotEnd) {
  Keeper keeper;
  TestServer server(keeper.handler());
  RawClient client = server.client();
  client.send(get("/"));
  const auto kept = keeper.wait();
  ASSERT_TRUE(kept);
  server->stop(1);
  const auto reply = client.read();
  ASSERT_TRUE(reply);
  EXPECT_NE(reply->body.find("\"stopping\""), std::string::npos);
}

TEST(Stop, MayBeCalledTwice) {
  TestServer server(echo);
  server->stop(0);
  server->stop(0);
  EXPECT_EQ(server->figures().connections, 0U);
}

}  // namespace
}  // namespace lp::net
