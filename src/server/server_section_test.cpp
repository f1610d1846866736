#include "server/config.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace lp::server {
namespace {

class File {
 public:
  explicit File(std::string_view text) : path_(::testing::TempDir() + "letsping.XXXXXX") {
    ::close(::mkstemp(path_.data()));
    std::ofstream(path_) << text;
  }
  ~File() { std::remove(path_.c_str()); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::expected<Config, std::string> from(std::string_view text) {
  const File file(text);
  return load_config(file.path());
}

std::string fault_of(std::string_view text) {
  const auto config = from(text);
  return config ? "" : config.error();
}

std::string fault_of_server(const std::string& line) {
  return fault_of("[server]\n" + line + "\n");
}

class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  ~Variable() { ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

TEST(ServerSection, ReadsSectionsWithinSections) {
  const auto config = from(
      "[server]\ntrusted_proxies = [\"10.0.0.0/8\", \"::1\"]\n"
      "[server.tls]\ncert = \"/c.pem\"\nkey = \"/k.pem\"\n");
  ASSERT_TRUE(config) << config.error();
  EXPECT_EQ(config->tls_cert, "/c.pem");
  EXPECT_EQ(config->tls_key, "/k.pem");
  ASSERT_EQ(config->trusted_proxies.size(), 2U);
  EXPECT_EQ(config->trusted_proxies[0].bits, 8U);
  EXPECT_EQ(config->trusted_proxies[1].network.text(), "::1");
}

TEST(ServerSection, TakesVariablesOverTheFile) {
  const Variable cert("LETSPING_SERVER__TLS__CERT", "/variable.pem");
  const Variable proxies("LETSPING_SERVER__TRUSTED_PROXIES", "10.0.0.1,fd00::/8");
  const auto config = from("[server]\ntls.cert = \"/file.pem\"\ntls.key = \"/k.pem\"\n");
  ASSERT_TRUE(config) << config.error();
  EXPECT_EQ(config->tls_cert, "/variable.pem");
  EXPECT_EQ(config->tls_key, "/k.pem");
  EXPECT_EQ(config->trusted_proxies.size(), 2U);
}

TEST(ServerSection, NamesTheNearestSettingOfAnUnknownOne) {
  EXPECT_NE(fault_of("[server.tls]\ncrt = \"x\"\n").find("Did you mean server.tls.cert?"),
            std::string::npos);
  EXPECT_NE(fault_of_server("public_ulr = \"x\"").find("Did you mean server.public_url?"),
            std::string::npos);
  EXPECT_NE(fault_of("listen = \"x\"\n").find("outside a section"), std::string::npos);
  EXPECT_NE(fault_of("[server\n").find("line 1"), std::string::npos);
}

TEST(ServerSection, TakesAPublicUrlOnlyAsAnOrigin) {
  for (const char* url : {"", "https://letsping.example", "https://letsping.example:8443",
                          "http://localhost:8400", "https://[2001:db8::1]:8443"}) {
    EXPECT_EQ(fault_of_server(std::string("public_url = \"") + url + "\""), "") << url;
  }
  for (const char* url :
       {"letsping.example", "https://", "https://letsping.example/", "https://letsping.example/lp",
        "https://Letsping.example", "https://me@letsping.example", "ftp://letsping.example",
        "https://letsping.example:443", "http://letsping.example:80",
        "https://letsping.example?x"}) {
    EXPECT_NE(fault_of_server(std::string("public_url = \"") + url + "\"").find("public_url must"),
              std::string::npos)
        << url;
  }
}

TEST(ServerSection, RefusesAProxyThatIsNoAddress) {
  for (const char* proxies : {"[\"proxy.example\"]", "[\"10.0.0.0/33\"]", "[1]", "7"}) {
    EXPECT_NE(fault_of_server(std::string("trusted_proxies = ") + proxies).find("trusted_proxies"),
              std::string::npos)
        << proxies;
  }
}

TEST(ServerSection, RefusesToServePlainHttpBeyondLoopback) {
  Config config;
  EXPECT_TRUE(check_exposure(config));
  for (const char* address : {"127.0.0.1", "127.0.0.53", "::1", "::ffff:127.0.0.1"}) {
    config.listen.address = address;
    EXPECT_TRUE(check_exposure(config)) << address;
  }
  for (const char* address : {"0.0.0.0", "::", "10.0.0.1", "2001:db8::1"}) {
    config.listen.address = address;
    const auto exposed = check_exposure(config);
    ASSERT_FALSE(exposed) << address;
    EXPECT_NE(exposed.error().find("Refusing plain HTTP"), std::string::npos);
  }
}

TEST(ServerSection, ServesBeyondLoopbackOverTlsOrBehindANamedProxy) {
  Config config;
  config.listen.address = "0.0.0.0";
  config.tls_cert = "/c.pem";
  config.tls_key = "/k.pem";
  EXPECT_TRUE(check_exposure(config));
  config.tls_cert = config.tls_key = "";
  config.trusted_proxies.push_back(*IpRange::parse("10.0.0.1"));
  EXPECT_TRUE(check_exposure(config));
}

TEST(ServerSection, WantsToKnowWhoEndsTheTlsOfItsPublicUrl) {
  Config config;
  config.public_url = "https://letsping.example";
  EXPECT_FALSE(check_exposure(config));
  config.trusted_proxies.push_back(*IpRange::parse("127.0.0.1"));
  EXPECT_TRUE(check_exposure(config));
}

TEST(ServerSection, WantsACertificateWithItsKey) {
  Config config;
  config.tls_cert = "/c.pem";
  EXPECT_FALSE(check_exposure(config));
  config.tls_cert = "";
  config.tls_key = "/k.pem";
  EXPECT_FALSE(check_exposure(config));
}

}  // namespace
}  // namespace lp::server
