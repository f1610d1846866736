// The settings, and docs/reference/configuration.md held against them.

#include "server/config.h"

#include <gtest/gtest.h>

#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace lp::server {
namespace {

// The environment is the process's: each test takes back what it set.
class Variable {
 public:
  Variable(std::string name, const std::string& value) : name_(std::move(name)) {
    setenv(name_.c_str(), value.c_str(), 1);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { unsetenv(name_.c_str()); }

 private:
  std::string name_;
};

std::expected<Config, std::string> from_file(const std::string& text) {
  const std::string path = testing::TempDir() + "letsping-config-test-" +
                           testing::UnitTest::GetInstance()->current_test_info()->name() + ".toml";
  std::ofstream(path) << text;
  auto config = load_config(path);
  std::filesystem::remove(path);
  return config;
}

std::string refusal(const std::string& text) {
  const auto config = from_file(text);
  return config ? "" : config.error();
}

TEST(Config, TakesEachKindOfValueFromTheFile) {
  const auto config = from_file(R"([server]
listen = "[::1]:9000"
hosts = ["one.internal", "two.internal:*"]
threads = 4
[limits]
pending_per_project = 7
[agents]
self_signup = true
[log]
format = "json"
)");
  ASSERT_TRUE(config) << config.error();
  EXPECT_EQ(config->listen.address, "::1");
  EXPECT_EQ(config->listen.port, 9000);
  EXPECT_EQ(config->hosts, (std::vector<std::string>{"one.internal", "two.internal:*"}));
  EXPECT_EQ(config->threads, 4U);
  EXPECT_EQ(config->core.pending_per_project_max, 7U);
  EXPECT_TRUE(config->self_signup);
  EXPECT_EQ(config->log_format, "json");
}

TEST(Config, RefusesAValueOfAnotherKindAndNamesItsSetting) {
  const std::pair<const char*, const char*> files[] = {
      {"[server]\nthreads = \"many\"\n", "server.threads must be a whole number"},
      {"[server]\nthreads = 2.0\n", "server.threads must be a whole number"},
      {"[server]\nthreads = \"2x\"\n", "server.threads must be a whole number"},
      {"[server]\nlisten = 8400\n", "server.listen must be ADDRESS:PORT"},
      {"[server]\nhosts = [1]\n", "server.hosts must be a list of texts"},
      {"[server]\nhosts = 1\n", "server.hosts must be a list of texts"},
      {"[agents]\nself_signup = 1\n", "agents.self_signup must be true or false"},
      {"[agents]\nself_signup = \"yes\"\n", "agents.self_signup must be true or false"},
      {"[security]\ncontact = \"me@example.com\"\n", "security.contact must be a list of mailto:"},
      {"[security]\ncontact = [\"mailto:\"]\n", "security.contact must be a list of mailto:"},
      {"[security]\ncontact = [\"mailto:a\\nPolicy: b\"]\n", "security.contact must be a list of"},
      {"[security]\npolicy = \"http://example.com\"\n", "security.policy must be an address"},
      {"[log]\nformat = \"xml\"\n", "log.format must be json or pretty"},
      {"[log]\nformat = 1\n", "log.format must be json or pretty"}};
  for (const auto& [text, words] : files) {
    const std::string said = refusal(text);
    EXPECT_TRUE(said.contains(words)) << said << " for " << text;
  }
}

TEST(Config, NamesTheLineOfAFileThatIsNoToml) {
  EXPECT_TRUE(refusal("[server]\nlisten = \n").contains("line 2"));
  EXPECT_TRUE(refusal("threads = 2\n").contains("threads stands outside a section"));
  EXPECT_FALSE(load_config("/nowhere/letsping.toml"));
}

TEST(Config, ReadsAListOfTheEnvironmentBetweenCommas) {
  const Variable hosts("LETSPING_SERVER__HOSTS", "one.internal,,two.internal");
  const auto config = from_file("[server]\nhosts = [\"three.internal\"]\n");
  ASSERT_TRUE(config) << config.error();
  EXPECT_EQ(config->hosts, (std::vector<std::string>{"one.internal", "two.internal"}));
}

TEST(Config, RefusesAVariableThatNamesNoSetting) {
  const Variable wrong("LETSPING_SERVER__LISTN", "127.0.0.1:1");
  const auto config = load_config("");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error(),
            "LETSPING_SERVER__LISTN: unknown setting server.listn. Did you mean server.listen?");
}

TEST(Config, LeavesVariablesOfClientsAlone) {
  const Variable key("LETSPING_API_KEY", "lp_agent_x");
  const Variable other("OTHER_SERVER__LISTEN", "127.0.0.1:1");
  EXPECT_TRUE(load_config(""));
}

TEST(Endpoint, IsAnAddressAndAPort) {
  const auto four = parse_endpoint("127.0.0.1:8400");
  ASSERT_TRUE(four);
  EXPECT_EQ(four->address, "127.0.0.1");
  EXPECT_EQ(four->port, 8400);
  const auto six = parse_endpoint("[::1]:0");
  ASSERT_TRUE(six);
  EXPECT_EQ(six->address, "::1");
  EXPECT_EQ(six->port, 0);
  for (const char* wrong : {"", "8400", ":8400", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",
                            "127.0.0.1:-1", "127.0.0.1:84x", "127.0.0.1:0x1"}) {
    EXPECT_FALSE(parse_endpoint(wrong)) << wrong;
  }
}

// A row of the document: | `setting` | `default` | values | `environment` |
struct Row {
  std::string fallback, values, variable;
};

std::string without_quotes(std::string cell) {
  std::erase(cell, '`');
  return cell;
}

std::map<std::string, Row> documented() {
  std::ifstream file(LP_SOURCE_DIR "/docs/reference/configuration.md");
  std::map<std::string, Row> rows;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("| `") || !line.contains("__")) continue;
    std::vector<std::string> cells;
    std::size_t at = 2;
    for (std::size_t bar = line.find(" |", at); bar != std::string::npos;
         bar = line.find(" |", at)) {
      cells.push_back(line.substr(at, bar - at));
      at = bar + 3;
    }
    if (cells.size() != 4) continue;
    rows[without_quotes(cells[0])] = {without_quotes(cells[1]), cells[2], without_quotes(cells[3])};
  }
  return rows;
}

std::map<std::string, std::string> defaults() {
  const Config c;
  const auto text = [](auto number) { return std::to_string(number); };
  const auto none = [](const auto& empty) { return empty.empty() ? "–" : "set"; };
  return {{"server.listen", c.listen.address + ":" + text(c.listen.port)},
          {"server.public_url", none(c.public_url)},
          {"server.hosts", none(c.hosts)},
          {"server.tls.cert", none(c.tls_cert)},
          {"server.tls.key", none(c.tls_key)},
          {"server.trusted_proxies", none(c.trusted_proxies)},
          {"server.threads", text(c.threads)},
          {"server.drain_ms", text(c.drain_ms)},
          {"signer.socket", none(c.signer_socket)},
          {"witness.policy", none(c.witness_policy)},
          {"limits.body_bytes", text(c.net.body_bytes_max)},
          {"limits.connections", text(c.net.connections_max)},
          {"limits.connections_per_address", text(c.net.connections_per_address_max)},
          {"limits.idle_ms", text(c.net.idle_ms_max)},
          {"limits.pending_per_project", text(c.core.pending_per_project_max)},
          {"limits.requests_per_minute", text(c.key_rate_per_minute)},
          {"limits.requests_burst", text(c.key_burst)},
          {"limits.disk_reserve_bytes", text(c.core.disk_reserve_bytes)},
          {"requests.decide_by_default_ms", text(c.core.decide_by_default_ms)},
          {"requests.decide_by_max_ms", text(c.core.decide_by_max_ms)},
          {"agents.rotation_overlap_ms", text(c.core.rotation_overlap_ms)},
          {"erasure.backup_horizon_ms", text(c.core.backup_horizon_ms)},
          {"security.contact", none(c.security_contacts)},
          {"security.policy", none(c.security_policy)},
          {"agents.self_signup", c.self_signup ? "true" : "false"},
          {"auth.require_sso", c.sign_on_required ? "true" : "false"},
          {"auth.oidc.name", none(c.sign_on.name)},
          {"auth.oidc.issuer", none(c.sign_on.issuer)},
          {"auth.oidc.client_id", none(c.sign_on.client_id)},
          {"auth.oidc.client_secret_file", none(c.sign_on.client_secret_file)},
          {"auth.oidc.scopes", none(c.sign_on.scopes)},
          {"auth.oidc.groups_claim", none(c.sign_on.groups_claim)},
          {"auth.oidc.member_claim", none(c.sign_on.member_claim)},
          {"auth.oidc.allow", none(c.sign_on.allow)},
          {"auth.oidc.fresh_ms", text(c.sign_on.fresh_ms)},
          {"webhooks.allow", none(c.webhooks_allow)},
          {"webhooks.authorities", none(c.webhooks_authorities)},
          {"mail.server", none(c.mail.url)},
          {"mail.from", none(c.mail.from)},
          {"mail.user", none(c.mail.user)},
          {"mail.password_file", none(c.mail_password_file)},
          {"push.subject", none(c.push_subject)},
          {"people.new_key_wait_ms", text(c.core.new_key_wait_ms)},
          {"requests.alarm_after_ms", text(c.alarm_after_ms)},
          {"log.format", none(c.log_format)}};
}

TEST(Config, TakesAnIdentityProviderWholeOrNotAtAll) {
  EXPECT_NE(refusal("[auth.oidc]\nissuer = \"http://login.example\"\n").find("auth.oidc.issuer"),
            std::string::npos);
  const auto exposure = [](const std::string& text) {
    const auto config = from_file(text);
    EXPECT_TRUE(config) << config.error();
    const auto fine = check_exposure(*config);
    return fine ? "" : fine.error();
  };
  const std::string issuer = "[auth.oidc]\nissuer = \"https://login.example\"\n";
  const std::string client = "client_id = \"c\"\nclient_secret_file = \"/s\"\n";
  EXPECT_NE(exposure(issuer).find("auth.oidc.client_id"), std::string::npos);
  EXPECT_EQ(exposure(issuer + client), "");
  EXPECT_NE(exposure("[auth]\nrequire_sso = true\n").find("auth.oidc.issuer"), std::string::npos);
  const std::string beyond =
      "[server]\nlisten = \"192.0.2.1:443\"\ntls.cert = \"c\"\ntls.key = \"k\"\n";
  EXPECT_NE(exposure(beyond + issuer + client).find("server.public_url"), std::string::npos);
}

TEST(Configuration, IsDocumentedSettingBySetting) {
  std::vector<std::string> told, known;
  for (const auto& [name, row] : documented()) told.push_back(name);
  for (const auto& [name, value] : defaults()) known.push_back(name);
  EXPECT_EQ(told, setting_names());
  EXPECT_EQ(known, setting_names());
}

TEST(Configuration, IsDocumentedWithItsDefaultsAndVariables) {
  const auto values = defaults();
  for (const auto& [name, row] : documented()) {
    ASSERT_TRUE(values.contains(name)) << name;
    EXPECT_EQ(row.fallback, values.at(name)) << name;
    std::string variable = "LETSPING_";
    for (const char c : name) {
      variable += c == '.' ? "__" : std::string(1, static_cast<char>(std::toupper(c)));
    }
    EXPECT_EQ(row.variable, variable);
  }
}

TEST(Configuration, IsDocumentedWithItsRanges) {
  for (const auto& [name, row] : documented()) {
    std::stringstream cell(row.values);
    std::int64_t min = 0, max = 0;
    std::string to;
    const bool range = (cell >> min >> to >> max) && to == "to";
    EXPECT_EQ(range, std::isdigit(row.fallback.front()) != 0 && name != "server.listen") << name;
    if (!range) continue;
    for (const std::int64_t inside : {min, max}) {
      const Variable set(row.variable, std::to_string(inside));
      EXPECT_TRUE(load_config("")) << name << " = " << inside;
    }
    for (const std::int64_t outside : {min - 1, max + 1}) {
      const Variable set(row.variable, std::to_string(outside));
      EXPECT_FALSE(load_config("")) << name << " = " << outside;
    }
  }
}

TEST(Config, KnowsItsMailServerWholeOrNotAtAll) {
  const std::string path = testing::TempDir() + "letsping-mail-password";
  std::ofstream(path) << "secret word\n";
  std::filesystem::permissions(path, std::filesystem::perms::owner_read);
  const auto mail = [](const std::string& text) {
    const auto config = from_file("[mail]\n" + text);
    return config ? mail_server_of(*config) : std::unexpected(config.error());
  };
  EXPECT_TRUE(mail("")->url.empty());
  const std::string server = "server = \"smtps://mail.example\"\nfrom = \"lp@example.org\"\n";
  const auto whole = mail(server + "user = \"lp\"\npassword_file = \"" + path + "\"");
  ASSERT_TRUE(whole) << whole.error();
  EXPECT_EQ(whole->password.reveal(), "secret word");
  EXPECT_TRUE(mail(server));
  EXPECT_FALSE(mail("server = \"smtps://mail.example\""));
  EXPECT_FALSE(mail(server + "user = \"lp\""));
  EXPECT_FALSE(mail("server = \"http://mail.example\"\nfrom = \"lp@example.org\""));
  EXPECT_FALSE(mail("server = \"smtp://mail.example\"\nfrom = \"Somebody\""));
  std::filesystem::permissions(path, std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  EXPECT_FALSE(mail(server + "user = \"lp\"\npassword_file = \"" + path + "\""))
      << "others can read the password";
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace lp::server
