#include "net/tls.h"

#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "base/c_handle.h"
#include "net/testing.h"

namespace lp::net {
namespace {

using testing::echo;
using testing::eventually;
using testing::get;
using testing::post;
using testing::RawClient;
using testing::test_options;
using testing::TestServer;

// A certificate for `name`, made for this test, with its key as the service user would keep it.
class Identity {
 public:
  explicit Identity(const char* name)
      : folder_(std::filesystem::temp_directory_path() / "letsping-tls-XXXXXX") {
    EXPECT_NE(::mkdtemp(folder_.data()), nullptr);
    key_.reset(EVP_EC_gen("P-256"));
    CHandle<X509, X509_free> cert(X509_new());
    X509_set_version(cert.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(cert.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(cert.get()), 3'600);
    X509_set_pubkey(cert.get(), key_.get());
    X509_NAME* subject = X509_get_subject_name(cert.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
    X509_set_issuer_name(cert.get(), subject);
    X509_sign(cert.get(), key_.get(), EVP_sha256());
    const CHandle<FILE, ::fclose> cert_file(std::fopen(cert_path().c_str(), "w"));
    PEM_write_X509(cert_file.get(), cert.get());
    write_key(nullptr);
  }
  ~Identity() { std::filesystem::remove_all(folder_); }
  Identity(const Identity&) = delete;
  Identity& operator=(const Identity&) = delete;

  void write_key(const char* password) {
    const CHandle<FILE, ::fclose> key_file(std::fopen(key_path().c_str(), "w"));
    const auto* bytes = reinterpret_cast<const unsigned char*>(password);
    PEM_write_PrivateKey(key_file.get(), key_.get(), password ? EVP_aes_128_cbc() : nullptr, bytes,
                         password ? static_cast<int>(std::strlen(password)) : 0, nullptr, nullptr);
    ::chmod(key_path().c_str(), 0600);
  }

  [[nodiscard]] std::string cert_path() const { return folder_ + "/cert.pem"; }
  [[nodiscard]] std::string key_path() const { return folder_ + "/key.pem"; }
  [[nodiscard]] std::shared_ptr<const TlsContext> context() const {
    auto loaded = TlsContext::load(cert_path(), key_path());
    EXPECT_TRUE(loaded) << loaded.error();
    return loaded ? *loaded : nullptr;
  }

 private:
  std::string folder_;
  CHandle<EVP_PKEY, EVP_PKEY_free> key_;
};

// What a client wants of a connection.
struct Wish {
  int version_min = TLS1_2_VERSION;
  int version_max = TLS1_3_VERSION;
  const char* suites = nullptr;    // of TLS 1.2
  const char* protocol = nullptr;  // ALPN
  SSL_SESSION* session = nullptr;
};

// Blocking, with a deadline on everything.
class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port, const Wish& wish = {})
      : context_(SSL_CTX_new(TLS_client_method())),
        socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    SSL_CTX_set_security_level(context_.get(), 0);  // so that it may offer what must be refused
    SSL_CTX_set_min_proto_version(context_.get(), wish.version_min);
    SSL_CTX_set_max_proto_version(context_.get(), wish.version_max);
    if (wish.suites) SSL_CTX_set_cipher_list(context_.get(), wish.suites);
    ssl_.reset(SSL_new(context_.get()));
    if (wish.protocol) {
      const std::string list =
          static_cast<char>(std::strlen(wish.protocol)) + std::string(wish.protocol);
      SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(list.data()),
                          static_cast<unsigned>(list.size()));
    }
    if (wish.session) SSL_set_session(ssl_.get(), wish.session);
    const timeval patience{testing::patience_ms / 1'000, 0};
    setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    SSL_set_fd(ssl_.get(), socket_.get());
    agreed_ = SSL_connect(ssl_.get()) == 1;
    ERR_clear_error();
  }

  [[nodiscard]] bool agreed() const { return agreed_; }
  [[nodiscard]] SSL* ssl() { return ssl_.get(); }
  [[nodiscard]] bool resumed() { return SSL_session_reused(ssl_.get()) == 1; }

  bool send(std::string_view bytes) {
    return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) ==
           static_cast<int>(bytes.size());
  }

  // The next reply: status and body; nothing when there is none.
  std::optional<Reply> read() {
    while (!unread_.contains("\r\n\r\n")) {
      if (!receive()) return {};
    }
    Reply reply;
    reply.status = (unread_[9] - '0') * 100 + (unread_[10] - '0') * 10 + (unread_[11] - '0');
    const std::size_t head = unread_.find("\r\n\r\n") + 4;
    head_ = unread_.substr(0, head);
    const std::size_t at = head_.find("Content-Length: ") + 16;
    const std::size_t length = std::stoul(head_.substr(at));
    while (unread_.size() < head + length) {
      if (!receive()) return {};
    }
    reply.body = unread_.substr(head, length);
    unread_.erase(0, head + length);
    return reply;
  }
  std::optional<Reply> ask(std::string_view request) {
    if (!agreed_ || !send(request)) return {};
    return read();
  }
  const std::string& rest() {
    while (receive()) continue;
    return unread_;
  }
  [[nodiscard]] const std::string& head() const { return head_; }

  // The name in the certificate that the server showed.
  std::string server_name() {
    const CHandle<X509, X509_free> cert(SSL_get1_peer_certificate(ssl_.get()));
    if (!cert) return "";
    char name[64]{};
    X509_NAME_get_text_by_NID(X509_get_subject_name(cert.get()), NID_commonName, name, sizeof name);
    return name;
  }
  // The ticket to come back with. TLS 1.3 sends it after the handshake, so a reply must be read.
  CHandle<SSL_SESSION, SSL_SESSION_free> ticket() {
    return CHandle<SSL_SESSION, SSL_SESSION_free>(SSL_get1_session(ssl_.get()));
  }
  // Whether the server has said that it sends no more, as opposed to breaking off.
  bool told_the_end() {
    char byte = 0;
    const int got = SSL_read(ssl_.get(), &byte, 1);
    return got <= 0 && SSL_get_error(ssl_.get(), got) == SSL_ERROR_ZERO_RETURN;
  }
  void say_goodbye() { SSL_shutdown(ssl_.get()); }
  void abort() {
    const linger reset{1, 0};
    setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    socket_.reset();
  }

 private:
  bool receive() {
    char bytes[16'384];
    const int got = SSL_read(ssl_.get(), bytes, sizeof bytes);
    if (got > 0) unread_.append(bytes, static_cast<std::size_t>(got));
    return got > 0;
  }

  CHandle<SSL_CTX, SSL_CTX_free> context_;
  FileDescriptor socket_;
  CHandle<SSL, SSL_free> ssl_;
  bool agreed_ = false;
  std::string unread_;
  std::string head_;
};

ServerOptions options_of(const Identity& identity) {
  ServerOptions options = test_options();
  options.tls = identity.context();
  return options;
}

class Tls : public ::testing::Test {
 protected:
  Identity identity_{"letsping.example"};
};

TEST_F(Tls, AnswersInBothVersionsAndShowsTheCertificate) {
  TestServer server(echo, options_of(identity_));
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(server->port(), {.version_min = version, .version_max = version});
    ASSERT_TRUE(client.agreed());
    EXPECT_EQ(client.server_name(), "letsping.example");
    EXPECT_EQ(client.ask(get("/a"))->body, "/a||");
    EXPECT_EQ(client.ask(post("/b", "c"))->body, "/b||c");
  }
}

TEST_F(Tls, RefusesOldVersionsAndSuites) {
  TestServer server(echo, options_of(identity_));
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    EXPECT_FALSE(
        TlsClient(server->port(), {.version_min = version, .version_max = version}).agreed());
  }
  for (const char* suites : {"ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA",
                             "AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-CCM8", "aNULL"}) {
    const TlsClient client(server->port(), {.version_max = TLS1_2_VERSION, .suites = suites});
    EXPECT_FALSE(client.agreed()) << suites;
  }
}

TEST_F(Tls, ChoosesTheSuiteAndNeitherCompressesNorRenegotiates) {
  TestServer server(echo, options_of(identity_));
  TlsClient client(server->port(),
                   {.version_max = TLS1_2_VERSION,
                    .suites = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256"});
  ASSERT_TRUE(client.agreed());
  EXPECT_STREQ(SSL_get_cipher_name(client.ssl()), "ECDHE-ECDSA-AES128-GCM-SHA256");
  EXPECT_EQ(SSL_get_current_compression(client.ssl()), nullptr);
  SSL_renegotiate(client.ssl());
  EXPECT_NE(SSL_do_handshake(client.ssl()), 1);
}

TEST_F(Tls, SendsTheWholeChain) {
  const Identity issuer("issuer.example");
  std::ofstream(identity_.cert_path(), std::ios::app) << std::ifstream(issuer.cert_path()).rdbuf();
  for (const auto& context : {identity_.context(), identity_.context()->with_new_ticket_keys()}) {
    ServerOptions options = test_options();
    options.tls = context;
    TestServer server(echo, options);
    TlsClient client(server->port());
    EXPECT_EQ(client.server_name(), "letsping.example");
    EXPECT_EQ(sk_X509_num(SSL_get_peer_cert_chain(client.ssl())), 2);
  }
}

TEST_F(Tls, SpeaksHttp11AndNoOtherProtocol) {
  TestServer server(echo, options_of(identity_));
  EXPECT_TRUE(TlsClient(server->port(), {.protocol = "http/1.1"}).agreed());
  EXPECT_FALSE(TlsClient(server->port(), {.protocol = "h2"}).agreed());
}

TEST_F(Tls, TellsTheHandlerAndPromisesItForTheFuture) {
  TestServer server(
      [](Request&& request) -> Outcome { return Reply{.body = request.tls ? "https" : "http"}; },
      options_of(identity_));
  TlsClient client(server->port());
  EXPECT_EQ(client.ask("GET / HTTP/1.1\r\nHost: letsping.example\r\n\r\n")->body, "https");
  EXPECT_NE(client.head().find("Strict-Transport-Security: max-age="), std::string::npos);
  EXPECT_EQ(client.ask(get("/"))->body, "https");
  EXPECT_EQ(client.head().find("Strict-Transport-Security"), std::string::npos);
}

TEST_F(Tls, CarriesWhatIsLargerThanARecordBothWays) {
  TestServer server(echo, options_of(identity_));
  TlsClient client(server->port());
  for (const std::size_t size : {16'000U, 16'384U, 17'000U, 4'000'000U}) {
    const std::string body(size, 'x');
    const auto reply = client.ask(post("/", body));
    ASSERT_TRUE(reply) << size;
    EXPECT_EQ(reply->body.size(), size + 3);
  }
}

TEST_F(Tls, AnswersPipelinedRequestsInOrder) {
  TestServer server(echo, options_of(identity_));
  TlsClient client(server->port());
  std::string requests;
  for (int i = 0; i < 100; ++i) requests += get("/" + std::to_string(i));
  client.send(requests);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(client.read()->body, "/" + std::to_string(i) + "||");
}

TEST_F(Tls, SaysThatItSendsNoMore) {
  TestServer server(echo, options_of(identity_));
  TlsClient client(server->port());
  EXPECT_EQ(client.ask(get("/", "Connection: close\r\n"))->status, 200);
  EXPECT_TRUE(client.told_the_end());
  // After a refusal with bytes unread as well.
  TlsClient refused(server->port());
  EXPECT_EQ(refused.ask("BAD\r\n\r\n" + std::string(100'000, 'x'))->status, 400);
  EXPECT_TRUE(refused.told_the_end());
}

TEST_F(Tls, CutsOffWhoDoesNotShakeHands) {
  ServerOptions options = options_of(identity_);
  options.limits.header_ms_max = 50;
  TestServer server(echo, options);
  RawClient silent = server.client();
  EXPECT_TRUE(silent.closed());
  RawClient plain = server.client();
  plain.send(get("/"));
  EXPECT_TRUE(plain.read_to_end());
  EXPECT_EQ(TlsClient(server->port()).ask(get("/"))->status, 200);
}

TEST_F(Tls, CutsOffWhoDoesNotReadTheReply) {
  ServerOptions options = options_of(identity_);
  options.limits.request_ms_max = 50;
  TestServer server(
      [](Request&&) -> Outcome { return Reply{.body = std::string(32'000'000, 'x')}; }, options);
  TlsClient client(server->port());
  ASSERT_TRUE(client.send(get("/")));
  EXPECT_TRUE(eventually([&] { return server->figures().connections == 0; }));
}

TEST_F(Tls, TurnsAwayWithoutAHandshakeWhoIsOneTooMany) {
  ServerOptions options = options_of(identity_);
  options.limits.connections_per_address_max = 1;
  TestServer server(echo, options);
  TlsClient first(server->port());
  EXPECT_EQ(first.ask(get("/"))->status, 200);
  EXPECT_TRUE(server.client().closed());
  EXPECT_EQ(first.ask(get("/"))->status, 200);
}

TEST_F(Tls, EndsWithTheServerInOrder) {
  TestServer server(echo, options_of(identity_));
  TlsClient client(server->port());
  EXPECT_EQ(client.ask(get("/"))->status, 200);
  RawClient in_handshake = server.client();
  ASSERT_TRUE(eventually([&] { return server->figures().connections == 2; }));
  server->stop(10'000);
  EXPECT_TRUE(client.told_the_end());
}

// Waits for the topic `t` and then answers "done".
struct Waiting {
  std::atomic<bool> done = false;
  std::atomic<int> abandoned = 0;

  Handler handler() {
    return [this](Request&& request) -> Outcome {
      if (request.path != "/wait") return echo(std::move(request));
      Park park;
      park.topic = "t";
      park.hold_ms = 60'000;
      park.render = [this](bool) -> std::optional<Reply> {
        if (!done) return {};
        return Reply{.body = "done"};
      };
      park.abandoned = [this] { ++abandoned; };
      return park;
    };
  }
};

bool parked(TestServer& server, std::size_t count = 1) {
  return eventually([&] { return server->figures().parked == count; });
}

TEST_F(Tls, WakesWhoWasParked) {
  Waiting waiting;
  TestServer server(waiting.handler(), options_of(identity_));
  TlsClient client(server->port());
  for (int i = 0; i < 3; ++i) {
    waiting.done = false;
    client.send(get("/wait") + get("/next"));
    ASSERT_TRUE(parked(server));
    client.send(get("/later"));
    waiting.done = true;
    server->announce({"t"});
    EXPECT_EQ(client.read()->body, "done");
    EXPECT_EQ(client.read()->body, "/next||");
    EXPECT_EQ(client.read()->body, "/later||");
  }
  EXPECT_EQ(waiting.abandoned, 0);
}

TEST_F(Tls, StreamsMoreThanTheKernelTakesAndSaysThatItIsOver) {
  const Chunk chunk{.bytes = std::string(8 << 20, 'w'), .last = true};
  const auto say = [&chunk](Prompt) { return chunk; };
  const auto handler = [&](Request&&) { return Stream{.head = {}, .topic = "t", .next = say}; };
  TestServer server(handler, options_of(identity_));
  TlsClient client(server->port());
  client.send(get("/"));
  EXPECT_TRUE(client.rest().ends_with("\r\n\r\n" + chunk.bytes));
  EXPECT_TRUE(client.told_the_end());
}

TEST_F(Tls, NoticesThatAParkedClientHasGone) {
  Waiting waiting;
  TestServer server(waiting.handler(), options_of(identity_));
  TlsClient polite(server->port());
  polite.send(get("/wait"));
  ASSERT_TRUE(parked(server));
  polite.say_goodbye();
  EXPECT_TRUE(eventually([&] { return waiting.abandoned == 1; }));
  TlsClient broken(server->port());
  broken.send(get("/wait"));
  ASSERT_TRUE(parked(server));
  broken.abort();
  EXPECT_TRUE(eventually([&] { return waiting.abandoned == 2; }));
}

TEST_F(Tls, ShowsANewCertificateToNewClientsOnly) {
  const Identity renewed("renewed.example");
  Waiting waiting;
  ServerOptions options = options_of(identity_);
  options.threads = 2;
  TestServer server(waiting.handler(), options);
  TlsClient open(server->port());
  TlsClient held(server->port());
  EXPECT_EQ(open.ask(get("/"))->status, 200);
  held.send(get("/wait"));
  ASSERT_TRUE(parked(server));
  server->use(renewed.context());
  ASSERT_TRUE(eventually([&] {
    for (int i = 0; i < 8; ++i) {
      if (TlsClient(server->port()).server_name() != "renewed.example") return false;
    }
    return true;
  }));
  EXPECT_EQ(open.ask(get("/"))->status, 200);
  waiting.done = true;
  server->announce({"t"});
  EXPECT_EQ(held.read()->body, "done");
}

TEST_F(Tls, TakesATicketUntilItsKeysAreChanged) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const auto context = identity_.context();
    ServerOptions options = test_options();
    options.tls = context;
    TestServer server(echo, options);
    TlsClient first(server->port(), {.version_min = version, .version_max = version});
    EXPECT_EQ(first.ask(get("/"))->status, 200);
    const auto ticket = first.ticket();
    const Wish again{.version_min = version, .version_max = version, .session = ticket.get()};
    TlsClient second(server->port(), again);
    EXPECT_EQ(second.ask(get("/"))->status, 200);
    EXPECT_TRUE(second.resumed());
    server->use(context->with_new_ticket_keys());
    EXPECT_TRUE(eventually([&] {
      TlsClient third(server->port(), again);
      return third.ask(get("/"))->status == 200 && !third.resumed();
    }));
    EXPECT_EQ(TlsClient(server->port()).server_name(), "letsping.example");
  }
}

std::string fault_of(const std::string& cert, const std::string& key) {
  const auto loaded = TlsContext::load(cert, key);
  return loaded ? "" : loaded.error();
}

TEST_F(Tls, RefusesAKeyThatOthersMayRead) {
  ::chmod(identity_.key_path().c_str(), 0640);
  EXPECT_NE(fault_of(identity_.cert_path(), identity_.key_path()).find("mode 0400"),
            std::string::npos);
  ::chmod(identity_.key_path().c_str(), 0400);
  EXPECT_EQ(fault_of(identity_.cert_path(), identity_.key_path()), "");
}

TEST_F(Tls, RefusesFilesThatDoNotFitTogether) {
  const Identity other("other.example");
  const std::string cert = identity_.cert_path(), key = identity_.key_path();
  EXPECT_NE(fault_of(cert, other.key_path()).find("is not the key of"), std::string::npos);
  EXPECT_NE(fault_of(key, key).find("holds no certificate"), std::string::npos);
  EXPECT_NE(fault_of(cert + "x", key).find("server.tls.cert: open"), std::string::npos);
  EXPECT_NE(fault_of(cert, key + "x").find("server.tls.key: open"), std::string::npos);
  std::ofstream(key) << "nonsense";
  EXPECT_NE(fault_of(cert, key).find("holds no private key"), std::string::npos);
}

TEST_F(Tls, AsksNobodyForThePasswordOfAKey) {
  identity_.write_key("secret");
  EXPECT_NE(fault_of(identity_.cert_path(), identity_.key_path()).find("with a password"),
            std::string::npos);
}

TEST_F(Tls, KnowsUntilWhenTheCertificateIsValid) {
  const auto now = SystemClock().now();
  EXPECT_NEAR(static_cast<double>(identity_.context()->valid_until() - now), 3'600'000, 60'000);
}

}  // namespace
}  // namespace lp::net
