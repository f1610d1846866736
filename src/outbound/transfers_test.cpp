#include "outbound/transfers.h"

#include <gtest/gtest.h>

#include "outbound/testing.h"

namespace lp::outbound {
namespace {

Guard guard(const std::vector<std::string>& allow = {}) {
  return *Guard::make(allow);
}

// What becomes of one POST.
Transfers::Finished finished_post(Transfers& transfers, std::string url) {
  transfers.begin(1, {.url = std::move(url), .headers = {{"X-Test", "yes"}}, .body = "{\"a\":1}"});
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (std::chrono::steady_clock::now() < deadline) {
    const auto finished = transfers.wait(100);
    if (!finished.empty()) return finished.front();
  }
  ADD_FAILURE() << "no answer";
  return {};
}

Answer post(Transfers& transfers, std::string url) {
  return finished_post(transfers, std::move(url)).answer;
}

// Addresses and names that mean this machine, its network or its platform, in all the forms that
// URL parsers and resolvers have been known to take. PORT is one that listens here.
constexpr std::string_view forbidden[] = {
    // Loopback, in every spelling of IPv4.
    "http://127.0.0.1:PORT/ok", "http://127.0.0.1.:PORT/ok", "http://127.1:PORT/ok",
    "http://127.0.1:PORT/ok", "http://2130706433:PORT/ok", "http://0x7f000001:PORT/ok",
    "http://0x7f.0x0.0x0.0x1:PORT/ok", "http://0x7f.1:PORT/ok", "http://0177.0.0.1:PORT/ok",
    "http://0177.0.0.01:PORT/ok", "http://017700000001:PORT/ok", "http://00000177.0.0.1:PORT/ok",
    "http://127.000.000.001:PORT/ok", "http://127.0.0.0x1:PORT/ok", "http://0x7F.0.0.1:PORT/ok",
    "http://127.255.255.254:PORT/ok", "http://127.0.0.2:PORT/ok", "http://127.0.0.53:PORT/ok",
    "HTTP://127.0.0.1:PORT/ok", "hTTp://127.0.0.1:PORT/ok", "http:127.0.0.1:PORT/ok",
    "http:/127.0.0.1:PORT/ok", "http:///127.0.0.1:PORT/ok", "http:////127.0.0.1:PORT/ok",
    "//127.0.0.1:PORT/ok", "127.0.0.1:PORT/ok", "http://127.0.0.1:0PORT/ok",
    "http://127.0.0.1:PORT", "http://127.0.0.1:PORT?x", "http://127.0.0.1:PORT#x",
    "https://127.0.0.1:PORT/ok",
    // This host.
    "http://0:PORT/ok", "http://0.0.0.0:PORT/ok", "http://0.0:PORT/ok", "http://0x0:PORT/ok",
    "http://00:PORT/ok", "http://0.0.0.1:PORT/ok",
    // IPv6.
    "http://[::1]:PORT/ok", "http://[0:0:0:0:0:0:0:1]:PORT/ok", "http://[::]:PORT/ok",
    "http://[0000::0001]:PORT/ok", "http://[::127.0.0.1]:PORT/ok",
    "http://[::ffff:127.0.0.1]:PORT/ok", "http://[::ffff:7f00:1]:PORT/ok",
    "http://[::FFFF:127.0.0.1]:PORT/ok", "http://[0:0:0:0:0:ffff:127.0.0.1]:PORT/ok",
    "http://[::ffff:0.0.0.0]:PORT/ok", "http://[::ffff:10.0.0.5]:PORT/ok",
    "http://[64:ff9b::127.0.0.1]:PORT/ok", "http://[64:ff9b::7f00:1]:PORT/ok",
    "http://[64:ff9b:1::7f00:1]:PORT/ok", "http://[2002:7f00:1::]:PORT/ok",
    "http://[2001:0:7f00:1::]:PORT/ok", "http://[fe80::1]:PORT/ok", "http://[fe80::1%25lo]:PORT/ok",
    "http://[fe80::1%lo]:PORT/ok", "http://[::1%25lo]:PORT/ok", "http://[::1%251]:PORT/ok",
    "http://[fc00::1]:PORT/ok", "http://[fd00::1]:PORT/ok", "http://[fd00:ec2::254]:PORT/ok",
    "http://[ff02::1]:PORT/ok", "http://[2001:db8::1]:PORT/ok", "http://[100::1]:PORT/ok",
    "http://[::1", "http://::1:PORT/ok", "http://[::1]PORT/ok", "http://[127.0.0.1]:PORT/ok",
    // Private networks and platforms.
    "http://10.0.0.1:PORT/ok", "http://10.255.255.255:PORT/ok", "http://172.16.0.1:PORT/ok",
    "http://172.31.255.255:PORT/ok", "http://192.168.0.1:PORT/ok", "http://192.168.1.1/ok",
    "http://167772161:PORT/ok", "http://0xa.0.0.1:PORT/ok", "http://012.0.0.1:PORT/ok",
    "http://169.254.169.254/latest/meta-data/", "http://169.254.169.254.:80/latest/",
    "http://2852039166/latest/meta-data/", "http://0xa9fea9fe/latest/meta-data/",
    "http://0251.0376.0251.0376/latest/", "http://169.254.43518/", "http://169.16689662/",
    "http://169.254.170.2/v2/credentials", "http://[::ffff:169.254.169.254]/latest/meta-data/",
    "http://[::ffff:a9fe:a9fe]/latest/", "http://[64:ff9b::a9fe:a9fe]/latest/",
    "http://100.64.0.1:PORT/ok", "http://100.100.100.200/latest/meta-data/",
    "http://168.63.129.16/machine", "http://192.0.0.192/latest/", "http://198.18.0.1:PORT/ok",
    "http://192.0.2.1:PORT/ok", "http://198.51.100.1:PORT/ok", "http://203.0.113.1:PORT/ok",
    "http://224.0.0.1:PORT/ok", "http://255.255.255.255:PORT/ok", "http://240.0.0.1:PORT/ok",
    // Names.
    "http://localhost:PORT/ok", "http://LOCALHOST:PORT/ok", "http://localhost.:PORT/ok",
    "http://x.localhost:PORT/ok", "http://loop.example:PORT/ok", "http://LOOP.example:PORT/ok",
    "http://mixed.example:PORT/ok", "http://six.example:PORT/ok", "http://meta.example:PORT/ok",
    "http://private.example:PORT/ok", "https://loop.example:PORT/ok",
    // Somebody else's name in front.
    "http://hooks.example@127.0.0.1:PORT/ok", "http://hooks.example:443@127.0.0.1:PORT/ok",
    "http://user:pass@loop.example:PORT/ok", "http://@127.0.0.1:PORT/ok",
    "http://hooks.example%40127.0.0.1:PORT/ok", "http://127.0.0.1:PORT@hooks.example:PORT/ok",
    "http://hooks.example\\@127.0.0.1:PORT/ok", "http://127.0.0.1:PORT\\@hooks.example/ok",
    "http://hooks.example#@127.0.0.1:PORT/ok", "http://127.0.0.1:PORT#@hooks.example/",
    "http://hooks.example;@127.0.0.1:PORT/ok", "http://hooks.example&@127.0.0.1:PORT/ok",
    // Bytes that parsers drop, decode or split at.
    "http://127.0.0.1:PORT/ok\r\nHost: hooks.example", "http://127.0.0.1\r:PORT/ok",
    "http://127.0.0.1\n:PORT/ok", "http://127.0.0.1\t:PORT/ok", " http://127.0.0.1:PORT/ok",
    "http://127.0.0.1 :PORT/ok", "http://127.0.0.1%20:PORT/ok", "http://%31%32%37.0.0.1:PORT/ok",
    "http://127%2e0%2e0%2e1:PORT/ok", "http://127.0.0.1%00.hooks.example:PORT/ok",
    "http://127.0.0.1%2f:PORT/ok",
    "http://127\xe3\x80\x82"
    "0\xe3\x80\x82"
    "0\xe3\x80\x82"
    "1:PORT/ok",
    "http://\xe2\x91\xa0\xe2\x91\xa1\xe2\x91\xa6.0.0.1:PORT/ok",
    "http://loc\xc2\xad"
    "alhost:PORT/ok",
    "http://\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.0.0.1:PORT/ok",
    // Other schemes and no URL at all.
    "file:///etc/passwd", "gopher://127.0.0.1:PORT/_GET%20/ok", "dict://127.0.0.1:PORT/info",
    "ftp://127.0.0.1:PORT/ok", "ldap://127.0.0.1:PORT/", "smtp://127.0.0.1:PORT/",
    "telnet://127.0.0.1:PORT", "ws://127.0.0.1:PORT/ok", "tftp://127.0.0.1:PORT/ok",
    "jar:http://127.0.0.1:PORT!/", "javascript:alert(1)", "data:text/plain,x", "http://",
    "http://:PORT/ok", "", "/", "http", "http://127.0.0.1:PORT:80/ok", "http://127.0.0.1:0/ok",
    "http://127.0.0.1:65536/ok", "http://127.0.0.1:-1/ok", "unix:///run/x.sock"};

TEST(Transfers, MakeNoSocketToAnythingThatIsNotPublic) {
  Sink sink, sink6(true);
  const std::string port = std::to_string(sink.port());
  std::vector<std::string> names;
  for (const std::string& at : {port, std::string("443"), std::string("80")}) {
    names.push_back("loop.example:" + at + ":127.0.0.1");
    names.push_back("hooks.example:" + at + ":127.0.0.1");
    names.push_back("mixed.example:" + at + ":127.0.0.1,[::1],10.0.0.5");
    names.push_back("six.example:" + at + ":[::1]");
    names.push_back("meta.example:" + at + ":169.254.169.254");
    names.push_back("private.example:" + at + ":192.168.1.1");
    names.push_back("x.localhost:" + at + ":127.0.0.1");
  }
  Transfers transfers(guard(), {.attempt_ms_max = 2'000, .resolve = names});
  static_assert(std::size(forbidden) >= 120);
  for (const std::string_view form : forbidden) {
    std::string url(form);
    for (std::size_t at; (at = url.find("PORT")) != std::string::npos;) url.replace(at, 4, port);
    const Answer answer = post(transfers, url);
    EXPECT_EQ(answer.status, 0) << url;
    EXPECT_FALSE(answer.error.empty()) << url;
    ASSERT_EQ(transfers.sockets_opened(), 0U) << url;
  }
  EXPECT_EQ(sink.connections(), 0);
  EXPECT_EQ(sink6.connections(), 0);
}

TEST(Transfers, NameTheLineThatWouldAllowIt) {
  Transfers transfers(guard(), {.resolve = {"hooks.internal:8080:10.0.0.5"}});
  EXPECT_NE(post(transfers, "http://hooks.internal:8080/x").error.find("add \"10.0.0.5:8080\""),
            std::string::npos);
}

TEST(Transfers, PostWhatTheyAreGiven) {
  Sink sink;
  Transfers transfers(guard({"127.0.0.1"}), {});
  EXPECT_EQ(post(transfers, sink.url("/ok")).status, 200);
  ASSERT_EQ(sink.received().size(), 1U);
  const Sink::Received received = sink.received()[0];
  EXPECT_TRUE(received.head.starts_with("POST /ok HTTP/1.1\r\n"));
  EXPECT_NE(received.head.find("\r\nX-Test: yes"), std::string::npos);
  EXPECT_EQ(received.head.find("Expect:"), std::string::npos);
  EXPECT_EQ(received.body, "{\"a\":1}");
}

TEST(Transfers, ReachOnlyTheAllowedAddressOfAName) {
  Sink sink;
  const std::string port = std::to_string(sink.port());
  Transfers transfers(guard({"127.0.0.1:" + port}),
                      {.resolve = {"both.example:" + port + ":10.0.0.5,127.0.0.1"}});
  EXPECT_EQ(post(transfers, "http://both.example:" + port + "/ok").status, 200);
  EXPECT_EQ(transfers.sockets_opened(), 1U);
}

TEST(Transfers, DoNotFollowRedirects) {
  Sink sink;
  Transfers transfers(guard({"127.0.0.1"}), {});
  EXPECT_EQ(post(transfers, sink.url("/redirect")).status, 302);
  EXPECT_EQ(sink.received().size(), 1U);
}

TEST(Transfers, CutWhatDoesNotEnd) {
  Sink sink;
  Transfers transfers(guard({"127.0.0.1"}), {.attempt_ms_max = 300});
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(post(transfers, sink.url("/silent")).status, 0);
  EXPECT_EQ(post(transfers, sink.url("/drip")).status, 200);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(2));
  Transfers patient(guard({"127.0.0.1"}), {.attempt_ms_max = 60'000});
  EXPECT_EQ(post(patient, sink.url("/endless")).status, 200);
  EXPECT_EQ(post(patient, sink.url("/flood")).status, 0);
  EXPECT_EQ(post(patient, sink.url("/zip")).status, 200);
}

TEST(Transfers, KeepABodyOnlyWhenAskedAndOnlyWhole) {
  Sink sink;
  Transfers status_only(guard({"127.0.0.1"}), {});
  EXPECT_EQ(finished_post(status_only, sink.url("/ok")).body, "");
  Transfers keeping(guard({"127.0.0.1"}), {.attempt_ms_max = 300, .keep_body = true});
  EXPECT_EQ(finished_post(keeping, sink.url("/ok")).body, "ok");
  EXPECT_EQ(finished_post(keeping, sink.url("/error")).body, "ok");
  EXPECT_EQ(finished_post(keeping, sink.url("/drip")).body, "");
  EXPECT_EQ(finished_post(keeping, sink.url("/endless")).body, "");
}

TEST(Transfers, ReadRetryAfter) {
  Sink sink;
  Transfers transfers(guard({"127.0.0.1"}), {});
  const Answer answer = post(transfers, sink.url("/busy"));
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.retry_after_s, 7);
}

TEST(Transfers, UseNoProxyOfTheEnvironment) {
  Sink sink;
  setenv("http_proxy", sink.url("").c_str(), 1);
  Transfers transfers(guard({"127.0.0.1"}), {.resolve = {"proxied.example:80:10.0.0.5"}});
  EXPECT_EQ(post(transfers, "http://proxied.example/ok").status, 0);
  unsetenv("http_proxy");
  EXPECT_EQ(sink.connections(), 0);
}

TEST(Transfers, GetWithoutABody) {
  Sink sink;
  Transfers transfers(guard({"127.0.0.1"}), {.keep_body = true, .keep_connection = true});
  transfers.begin(
      1,
      {.url = sink.url("/ok"), .headers = {{"X-Test", "yes"}}, .body = {}, .method = Method::get});
  std::vector<Transfers::Finished> finished;
  ASSERT_TRUE(eventually([&] { return !(finished = transfers.wait(100)).empty(); }));
  EXPECT_EQ(finished.front().answer.status, 200);
  EXPECT_EQ(finished.front().body, "ok");
  const auto received = sink.received();
  ASSERT_EQ(received.size(), 1U);
  EXPECT_TRUE(received[0].head.starts_with("GET /ok ")) << received[0].head;
  EXPECT_NE(received[0].head.find("X-Test: yes"), std::string::npos);
}

std::string mailed(Transfers& transfers, const std::string& url) {
  Delivery delivery{.url = url, .headers = {}, .body = "Subject: x\r\n\r\ny\r\n"};
  delivery.mail =
      Envelope{.from = "a@example.org", .to = "b@example.org", .user = {}, .password = {}};
  transfers.begin(1, std::move(delivery));
  std::vector<Transfers::Finished> finished;
  EXPECT_TRUE(eventually([&] { return !(finished = transfers.wait(100)).empty(); }));
  return finished.empty() ? "no answer" : finished.front().answer.error;
}

TEST(Transfers, HandMailToTheServerThatWasNamedAndToNoOther) {
  Sink sink;
  const std::string place = "127.0.0.1:" + std::to_string(sink.port());
  Transfers none(guard({"127.0.0.1"}), {});
  EXPECT_NE(mailed(none, "smtp://" + place).find("mail.server"), std::string::npos);
  Transfers other(guard({"127.0.0.1"}), {.mail_guard = guard({"127.0.0.1:1"})});
  EXPECT_NE(mailed(other, "smtp://" + place).find("Not sent"), std::string::npos);
  EXPECT_NE(mailed(other, sink.url("/ok")).find("not plain"), std::string::npos) << "no mail URL";
  EXPECT_EQ(sink.connections(), 0);
  // What the web may reach is not what mail may, and the other way round.
  Transfers mail_only(guard(), {.mail_guard = guard({place})});
  EXPECT_EQ(post(mail_only, sink.url("/ok")).status, 0);
  EXPECT_EQ(post(mail_only, "smtp://" + place).status, 0);
  EXPECT_EQ(sink.connections(), 0);
}

}  // namespace
}  // namespace lp::outbound
