#include "net/forwarding.h"

#include <gtest/gtest.h>

#include <string>

#include "net/testing.h"

namespace lp::net {
namespace {

using testing::RawClient;
using testing::test_options;
using testing::TestServer;

TrustedProxies proxies(std::initializer_list<std::string_view> ranges) {
  TrustedProxies out;
  for (const auto range : ranges) out.push_back(*IpRange::parse(range));
  return out;
}

std::string client_of(const Headers& headers) {
  const auto said = read_forwarding(headers, proxies({"10.0.0.0/8", "fd00::/8"}));
  if (!said) return std::string(describe(said.error()).reason);
  return said->client ? said->client->text() : "";
}

std::string scheme_of(const Headers& headers) {
  const auto said = read_forwarding(headers, proxies({"10.0.0.0/8", "fd00::/8"}));
  if (!said) return std::string(describe(said.error()).reason);
  return !said->tls ? "" : *said->tls ? "https" : "http";
}

TEST(Forwarding, ReadsTheClientThatTheProxySaw) {
  EXPECT_EQ(client_of({{"x-forwarded-for", "192.0.2.7"}}), "192.0.2.7");
  EXPECT_EQ(client_of({{"x-forwarded-for", "2001:db8::7"}}), "2001:db8::7");
  EXPECT_EQ(client_of({{"x-forwarded-for", "::ffff:192.0.2.7"}}), "192.0.2.7");
  EXPECT_EQ(client_of({{"forwarded", "for=192.0.2.7"}}), "192.0.2.7");
  EXPECT_EQ(client_of({{"forwarded", R"(For="[2001:db8::7]:4711";by=_p;proto=https)"}}),
            "2001:db8::7");
}

TEST(Forwarding, LeavesThePortOfTheClientOut) {
  EXPECT_EQ(client_of({{"x-forwarded-for", "192.0.2.7:4711"}}), "192.0.2.7");
  EXPECT_EQ(client_of({{"x-forwarded-for", "[2001:db8::7]:4711"}}), "2001:db8::7");
  EXPECT_EQ(client_of({{"forwarded", "for=\"192.0.2.7:4711\""}}), "192.0.2.7");
}

TEST(Forwarding, BelievesOfAChainOnlyWhatTrustedProxiesWrote) {
  EXPECT_EQ(client_of({{"x-forwarded-for", "203.0.113.1, 192.0.2.7"}}), "192.0.2.7");
  EXPECT_EQ(client_of({{"x-forwarded-for", "203.0.113.1, 192.0.2.7, 10.0.0.2"}}), "192.0.2.7");
  EXPECT_EQ(client_of({{"x-forwarded-for", "10.0.0.9, 192.0.2.7, 10.0.0.2,10.0.0.3"}}),
            "192.0.2.7");
  EXPECT_EQ(client_of({{"forwarded", "for=203.0.113.1, for=192.0.2.7, for=\"[fd00::2]\""}}),
            "192.0.2.7");
}

TEST(Forwarding, ReadsSeveralHeadersAsOneList) {
  EXPECT_EQ(client_of({{"x-forwarded-for", "203.0.113.1"}, {"x-forwarded-for", "192.0.2.7"}}),
            "192.0.2.7");
  EXPECT_EQ(client_of({{"forwarded", "for=192.0.2.7"}, {"forwarded", "for=10.0.0.2"}}),
            "192.0.2.7");
}

TEST(Forwarding, TakesTheLastKnownAddressWhereAProxyHidesTheClient) {
  EXPECT_EQ(client_of({{"forwarded", "for=unknown, for=10.0.0.2"}}), "10.0.0.2");
  EXPECT_EQ(client_of({{"forwarded", "for=_hidden"}}), "");
  EXPECT_EQ(client_of({{"x-forwarded-for", "nonsense"}}), "");
  EXPECT_EQ(client_of({{"x-forwarded-for", "[2001:db8::7"}}), "");
  EXPECT_EQ(client_of({{"x-forwarded-for", "192.0.2.7, "}}), "");
}

TEST(Forwarding, IsSilentWhereTheProxySaysNothing) {
  EXPECT_EQ(client_of({}), "");
  EXPECT_EQ(scheme_of({}), "");
  EXPECT_EQ(client_of({{"x-real-ip", "192.0.2.7"}, {"x-forwarded-host", "evil.example"}}), "");
}

TEST(Forwarding, ReadsTheSchemeOfTheHopThatTheClientMade) {
  EXPECT_EQ(scheme_of({{"x-forwarded-proto", "https"}}), "https");
  EXPECT_EQ(scheme_of({{"x-forwarded-proto", "HTTP"}}), "http");
  EXPECT_EQ(scheme_of({{"x-forwarded-proto", "ftp"}}), "");
  EXPECT_EQ(scheme_of({{"forwarded", "for=192.0.2.7;proto=https, for=10.0.0.2;proto=http"}}),
            "https");
  EXPECT_EQ(
      scheme_of({{"x-forwarded-for", "192.0.2.7, 10.0.0.2"}, {"x-forwarded-proto", "https, http"}}),
      "https");
  // A client that writes a scheme itself is seen through as well.
  EXPECT_EQ(scheme_of({{"x-forwarded-for", "203.0.113.1, 192.0.2.7"},
                       {"x-forwarded-proto", "https, http"}}),
            "http");
  // One scheme for all hops: the proxy replaces it.
  EXPECT_EQ(scheme_of({{"x-forwarded-for", "192.0.2.7, 10.0.0.2"}, {"x-forwarded-proto", "https"}}),
            "https");
}

TEST(Forwarding, TakesBothFormsWhenTheyAgree) {
  const Headers both{{"forwarded", "for=192.0.2.7"},
                     {"x-forwarded-for", "192.0.2.7"},
                     {"x-forwarded-proto", "https"}};
  EXPECT_EQ(client_of(both), "192.0.2.7");
  EXPECT_EQ(scheme_of(both), "https");
}

TEST(Forwarding, RefusesFormsThatContradictEachOther) {
  EXPECT_EQ(client_of({{"forwarded", "for=203.0.113.1"}, {"x-forwarded-for", "192.0.2.7"}}),
            "bad_forwarding");
  EXPECT_EQ(scheme_of({{"forwarded", "for=192.0.2.7;proto=https"}, {"x-forwarded-proto", "http"}}),
            "bad_forwarding");
}

TEST(Forwarding, RefusesAHeaderThatCannotBeRead) {
  // With a quote left open the proxy's own element would disappear in the client's.
  EXPECT_EQ(client_of({{"forwarded", "for=\"203.0.113.1, for=192.0.2.7"}}), "bad_forwarding");
  EXPECT_EQ(client_of({{"forwarded", "for=\"a\\\", for=192.0.2.7"}}), "bad_forwarding");
  EXPECT_EQ(client_of({{"forwarded", "192.0.2.7"}}), "bad_forwarding");
  EXPECT_EQ(client_of({{"forwarded", "for=\"a\\\",\", for=192.0.2.7"}}), "192.0.2.7");
}

// Says whom the handler saw.
Outcome who(Request&& request) {
  Reply reply;
  reply.body = request.peer.address + (request.peer.loopback ? " loopback" : "") +
               (request.tls ? " https" : " http");
  return reply;
}

const std::string spoof =
    "GET / HTTP/1.1\r\nHost: lp.example\r\nX-Forwarded-For: 192.0.2.7\r\n"
    "X-Forwarded-Proto: https\r\nX-Real-IP: 192.0.2.8\r\n\r\n";

TEST(Forwarding, IsIgnoredFromAnybodyElse) {
  ServerOptions options = test_options();
  options.trusted_proxies = proxies({"10.0.0.0/8"});
  for (const ServerOptions& each : {test_options(), options}) {
    TestServer server(who, each);
    const auto reply = server.client().ask(spoof);
    EXPECT_EQ(reply->body, "127.0.0.1 loopback http");
    EXPECT_EQ(testing::value_of(*reply, "strict-transport-security"), "");
  }
}

TEST(Forwarding, IsBelievedFromATrustedProxyAndBringsHsts) {
  ServerOptions options = test_options();
  options.trusted_proxies = proxies({"127.0.0.0/8"});
  TestServer server(who, options);
  RawClient client = server.client();
  const auto reply = client.ask(spoof);
  EXPECT_EQ(reply->body, "192.0.2.7 https");
  EXPECT_NE(testing::value_of(*reply, "strict-transport-security"), "");
  // The next request on the connection is another client's.
  const auto next = client.ask(
      "GET / HTTP/1.1\r\nHost: lp.example\r\nX-Forwarded-For: 192.0.2.9\r\n"
      "X-Forwarded-Proto: http\r\n\r\n");
  EXPECT_EQ(next->body, "192.0.2.9 http");
  EXPECT_EQ(testing::value_of(*next, "strict-transport-security"), "");
  // HSTS for localhost would lock its user out of every other server on the machine.
  const auto local = client.ask(testing::get("/", "X-Forwarded-Proto: https\r\n"));
  EXPECT_EQ(testing::value_of(*local, "strict-transport-security"), "");
}

TEST(Forwarding, ThatContradictsItselfIsRefusedOnTheWire) {
  ServerOptions options = test_options();
  options.trusted_proxies = proxies({"127.0.0.1"});
  TestServer server(who, options);
  const auto reply = server.client().ask(
      testing::get("/", "X-Forwarded-For: 192.0.2.7\r\nForwarded: for=192.0.2.8\r\n"));
  EXPECT_EQ(reply->status, 400);
  EXPECT_NE(reply->body.find("\"bad_forwarding\""), std::string::npos);
}

TEST(Forwarding, LetsAProxyHaveMoreConnectionsThanOneClient) {
  ServerOptions options = test_options();
  options.limits.connections_per_address_max = 2;
  options.trusted_proxies = proxies({"127.0.0.1"});
  TestServer server(who, options);
  std::vector<RawClient> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(server.client());
    EXPECT_EQ(clients.back().ask(testing::get("/"))->status, 200);
  }
}

}  // namespace
}  // namespace lp::net
