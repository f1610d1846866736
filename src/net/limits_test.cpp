// Each limit of security.md D-44 that the net module keeps, reached by a real client.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "net/admission.h"
#include "net/testing.h"

namespace lp::net {
namespace {

using testing::echo;
using testing::eventually;
using testing::get;
using testing::patience_ms;
using testing::RawClient;
using testing::test_options;
using testing::TestServer;
using testing::value_of;

// Limits so wide that only the one that a test narrows is met.
ServerOptions patient() {
  ServerOptions options = test_options();
  Limits& limits = options.limits;
  limits.header_ms_max = limits.body_ms_max = limits.idle_ms_max = 600'000;
  limits.request_ms_max = 600'000;
  return options;
}

bool has_reason(const std::optional<Reply>& reply, int status, std::string_view reason) {
  return reply && reply->status == status &&
         reply->body.find("\"reason\":\"" + std::string(reason) + "\"") != std::string::npos;
}

constexpr std::string_view slow_head = "GET / HTTP/1.1\r\nHost: loc";
constexpr std::string_view slow_body =
    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n123";

TEST(Limits, EndAHeaderThatDoesNotCome) {
  ServerOptions options = patient();
  options.limits.header_ms_max = 40;
  TestServer server(echo, options);
  RawClient client = server.client();
  client.send(slow_head);
  EXPECT_TRUE(has_reason(client.read(), 408, "header_timeout"));
  EXPECT_TRUE(client.closed());
}

TEST(Limits, DoNotLetDripsExtendAHeader) {
  ServerOptions options = patient();
  options.limits.header_ms_max = 60;
  TestServer server(echo, options);
  RawClient client = server.client();
  client.send(slow_head);
  for (int i = 0; client.silent_for(5) && i < patience_ms / 5; ++i) client.send("a");
  EXPECT_TRUE(has_reason(client.read(), 408, "header_timeout"));
}

TEST(Limits, EndABodyThatDoesNotCome) {
  ServerOptions options = patient();
  options.limits.body_ms_max = 40;
  TestServer server(echo, options);
  RawClient client = server.client();
  client.send(slow_body);
  EXPECT_TRUE(has_reason(client.read(), 408, "body_timeout"));
  EXPECT_TRUE(client.closed());
}

TEST(Limits, EndAnIdleConnectionWithoutAWord) {
  ServerOptions options = patient();
  options.limits.idle_ms_max = 40;
  TestServer server(echo, options);
  RawClient silent = server.client();
  EXPECT_TRUE(silent.closed());
  RawClient once = server.client();
  EXPECT_EQ(once.ask(get("/"))->status, 200);
  EXPECT_TRUE(once.closed());
}

TEST(Limits, EndARequestThatIsNotAnswered) {
  ServerOptions options = patient();
  options.limits.request_ms_max = 40;
  std::vector<std::shared_ptr<Responder>> kept;
  TestServer server(
      [&kept](Request&&) -> Outcome {
        return Later{[&kept](std::shared_ptr<Responder> responder) {
          kept.push_back(std::move(responder));
        }};
      },
      options);
  RawClient client = server.client();
  EXPECT_TRUE(has_reason(client.ask(get("/")), 503, "request_timeout"));
  EXPECT_TRUE(client.closed());
}

TEST(Limits, EndAReplyThatIsNotRead) {
  ServerOptions options = patient();
  options.limits.request_ms_max = 40;
  TestServer server(
      [](Request&&) -> Outcome {
        Reply reply;
        reply.body.assign(64 * 1024 * 1024, 'x');
        return reply;
      },
      options);
  RawClient client = server.client();
  client.send(get("/"));
  EXPECT_TRUE(eventually([&server] { return server->figures().connections == 0; }));
  EXPECT_FALSE(client.read());
}

TEST(Limits, RefuseLongTargetsLargeHeadersAndManyFields) {
  TestServer server(echo);
  EXPECT_EQ(server.client().ask(get("/" + std::string(4095, 'a')))->status, 200);
  EXPECT_TRUE(
      has_reason(server.client().ask(get("/" + std::string(4096, 'a'))), 414, "target_too_long"));
  EXPECT_TRUE(
      has_reason(server.client().ask(get("/" + std::string(9'000, 'a'))), 414, "target_too_long"));
  EXPECT_TRUE(
      has_reason(server.client().ask(get("/", "X: " + std::string(16 * 1024, 'a') + "\r\n")), 431,
                 "header_too_large"));
  std::string fields;
  for (int i = 0; i < 63; ++i) fields += "X: y\r\n";
  EXPECT_EQ(server.client().ask(get("/", fields))->status, 200);
  EXPECT_TRUE(
      has_reason(server.client().ask(get("/", fields + "X: y\r\n")), 431, "too_many_headers"));
}

TEST(Limits, RefuseALargeBodyWithAnAnswerThatArrives) {
  TestServer server(echo);
  const std::string too_large(4'194'305, 'x');
  RawClient declared = server.client();
  declared.send(testing::post("/", too_large));
  EXPECT_TRUE(has_reason(declared.read(), 413, "body_too_large"));
  RawClient chunked = server.client();
  const std::string chunk = "100000\r\n" + std::string(0x100000, 'x') + "\r\n";
  chunked.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk +
               chunk + chunk + chunk + "1\r\nx\r\n0\r\n\r\n");
  EXPECT_TRUE(has_reason(chunked.read(), 413, "body_too_large"));
}

TEST(Limits, RefuseALargeBodyBeforeItIsSent) {
  TestServer server(echo);
  RawClient client = server.client();
  EXPECT_TRUE(has_reason(client.ask("POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
                                    "Content-Length: 4194305\r\n\r\n"),
                         413, "body_too_large"));
  client.finish_sending();
  EXPECT_TRUE(client.closed());
}

TEST(Limits, BoundAllBodiesTogether) {
  ServerOptions options = patient();
  options.limits.bodies_bytes_max = 1'000;
  TestServer server(echo, options);
  RawClient holder = server.client();
  holder.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 901\r\n\r\n" +
              std::string(900, 'x'));
  const std::string body(200, 'y');
  // Until the first 900 bytes are counted, the second body is let in.
  std::optional<Reply> refused;
  EXPECT_TRUE(eventually([&] {
    refused = server.client().ask(testing::post("/", body));
    return refused && refused->status == 503;
  }));
  EXPECT_TRUE(has_reason(refused, 503, "overloaded"));
  EXPECT_EQ(holder.ask("x")->status, 200);
  EXPECT_EQ(server.client().ask(testing::post("/", body))->status, 200);
}

TEST(Limits, RefuseConnectionsBeyondTheTotal) {
  ServerOptions options = patient();
  options.limits.connections_max = 2;
  TestServer server(echo, options);
  RawClient first = server.client();
  RawClient second = server.client();
  ASSERT_TRUE(first.ask(get("/")) && second.ask(get("/")));
  RawClient third = server.client();
  const auto reply = third.ask(get("/"));
  EXPECT_TRUE(has_reason(reply, 503, "too_many_connections"));
  EXPECT_EQ(value_of(*reply, "retry-after"), "1");
  EXPECT_EQ(value_of(*reply, "connection"), "close");
  third.close();
  first.close();
  EXPECT_TRUE(eventually([&server] {
    const auto again = server.client().ask(get("/"));
    return again && again->status == 200;
  }));
}

TEST(Limits, RefuseConnectionsBeyondThoseOfOneAddressOverAllThreads) {
  ServerOptions options = patient();
  options.threads = 3;
  options.limits.connections_per_address_max = 64;
  TestServer server(echo, options);
  std::vector<RawClient> clients;
  for (int i = 0; i < 64; ++i) {
    clients.push_back(server.client());
    ASSERT_EQ(clients.back().ask(get("/"))->status, 200) << i;
  }
  EXPECT_TRUE(has_reason(server.client().ask(get("/")), 503, "too_many_connections_from_address"));
  EXPECT_EQ(server->figures().connections, 64U);
}

TEST(Limits, KeepServingWhenDescriptorsRunOut) {
  TestServer server(echo, patient());
  RawClient before = server.client();
  ASSERT_EQ(before.ask(get("/"))->status, 200);
  rlimit old{};
  getrlimit(RLIMIT_NOFILE, &old);
  // Client sockets first, as they come out of the same table.
  std::vector<FileDescriptor> hoard;
  rlimit tight = old;
  tight.rlim_cur = 256;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
  RawClient late = server.client();
  ASSERT_TRUE(late.ask(get("/")));
  for (;;) {
    FileDescriptor next(::dup(0));
    if (!next.open()) break;
    hoard.push_back(std::move(next));
  }
  hoard.pop_back();  // one for the client's end; none is left for the server's
  RawClient shed = server.client();
  EXPECT_TRUE(has_reason(shed.read(), 503, "too_many_connections"));
  EXPECT_EQ(before.ask(get("/"))->status, 200);
  hoard.clear();
  EXPECT_EQ(server.client().ask(get("/"))->status, 200);
  setrlimit(RLIMIT_NOFILE, &old);
}

TEST(Admission, CountsAnIpv6HostByItsNetwork) {
  EXPECT_EQ(admission_key("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(admission_key("::1"), "::1");
  EXPECT_EQ(admission_key("2001:db8::1"), admission_key("2001:db8::ffff"));
  EXPECT_NE(admission_key("2001:db8::1"), admission_key("2001:db8:0:1::1"));
}

TEST(Admission, MakesRoomWhenAPassIsGivenUp) {
  Limits limits;
  limits.connections_max = 3;
  limits.connections_per_address_max = 1;
  Admission admission(limits);
  Peer peer;
  peer.address = "192.0.2.1";
  auto first = admission.admit(peer);
  ASSERT_TRUE(first);
  EXPECT_EQ(admission.admit(peer).error(), Fault::too_many_connections_from_address);
  EXPECT_EQ(admission.connections(), 1U);
  {
    const Admission::Pass moved = std::move(*first);
    EXPECT_TRUE(moved.counted());
    EXPECT_FALSE(first->counted());
  }
  EXPECT_EQ(admission.connections(), 0U);
  EXPECT_TRUE(admission.admit(peer));
}

}  // namespace
}  // namespace lp::net
