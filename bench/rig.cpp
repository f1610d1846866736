#include "rig.h"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <sstream>
#include <thread>

#include "base/text.h"
#include "connection.h"
#include "core/approver.h"
#include "core/work.h"
#include "crypto/hash.h"
#include "json/parse.h"
#include "json/write.h"
#include "server/installation.h"

namespace lp::bench {
namespace {

constexpr int floor_ms_max = 60'000;
constexpr int login_ms_max = 10'000;

bool two_processors() {
  return std::thread::hardware_concurrency() >= 2;
}

// Where the processors are other ones the kernel goes on choosing.
void take_processor(std::size_t number) {
  if (!two_processors()) return;
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(number, &only);
  static_cast<void>(::sched_setaffinity(0, sizeof only, &only));
}

// The word that stands behind `name` in a file of "name: value" lines.
std::optional<std::uint64_t> value_in(const std::string& path, std::string_view name) {
  std::ifstream file(path);
  std::string word;
  while (file >> word) {
    if (word != name) continue;
    std::uint64_t value = 0;
    if (file >> value) return value;
  }
  return std::nullopt;
}

std::string directory_of(pid_t process) {
  return "/proc/" + std::to_string(process) + "/";
}

}  // namespace

void take_client_processor() {
  take_processor(1);
}

void take_server_processor() {
  take_processor(0);
}

std::vector<std::string> on_first_processor() {
  if (!two_processors()) return {};
  return {"taskset", "-c", "0"};
}

std::uint64_t take_file_limit() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return 0;
  files.rlim_cur = files.rlim_max;
  static_cast<void>(setrlimit(RLIMIT_NOFILE, &files));
  return files.rlim_cur;
}

Usage usage_of(pid_t process) {
  Usage usage;
  std::ifstream file(directory_of(process) + "stat");
  std::string line;
  std::getline(file, line);
  // The name may hold blanks: the fields are counted from its closing parenthesis.
  std::istringstream fields(line.substr(line.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  std::uint64_t user = 0, system = 0;
  fields >> user >> system;
  usage.cpu_s = static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
  usage.resident_bytes = value_in(directory_of(process) + "status", "VmRSS:").value_or(0) * 1'024;
  usage.written_bytes = value_in(directory_of(process) + "io", "wchar:");
  return usage;
}

std::expected<std::unique_ptr<Subject>, std::string> Subject::make(const Options& options,
                                                                   unsigned projects) {
  std::unique_ptr<Subject> made(new Subject);
  auto server = faults::Server::make(options.letsping, made->home_.path(),
                                     {{"LETSPING_LIMITS__CONNECTIONS", "20000"},
                                      {"LETSPING_LIMITS__CONNECTIONS_PER_ADDRESS", "20000"}});
  if (!server) return std::unexpected(server.error());
  made->server_ = *std::move(server);
  if (auto prepared = made->prepare(projects); !prepared) {
    return std::unexpected(prepared.error());
  }
  return made;
}

// What a person would do before: more projects and their rosters.
std::expected<void, std::string> Subject::prepare(unsigned projects) {
  const auto failed = [](const auto& refused) {
    return std::unexpected(std::string(core::to_string(refused.fault)));
  };
  auto installation = server::Installation::open(server_->place());
  if (!installation) return std::unexpected(installation.error());
  core::Engine& engine = (*installation)->engine();
  approver_ = (*installation)->test_approver();
  if (!approver_) return std::unexpected("the test approver's key cannot be read");

  projects_.push_back({.id = engine.directory()->projects.begin()->first,
                       .agent_key = server_->agent_key(),
                       .auditor_key = {},
                       .log = {}});
  for (unsigned number = 1; number < projects; ++number) {
    const auto made = engine.run(core::CreateProject{.name = "more " + std::to_string(number)});
    if (!made) return failed(made.error());
    const auto directory = engine.directory();
    const auto roster =
        engine.run(core::sign_roster_later(*directory, *directory->project(made->id), *approver_,
                                           engine.clock().now(), engine.entropy()));
    if (!roster) return failed(roster.error());
    const auto key = engine.run(core::CreateKey{.project = made->id, .name = "bench"});
    if (!key) return failed(key.error());
    projects_.push_back({.id = made->id,
                         .agent_key = std::string(key->key.reveal()),
                         .auditor_key = {},
                         .log = {}});
  }
  for (Project& project : projects_) {
    const auto key = engine.run(core::CreateKey{
        .project = project.id, .role = identity::KeyRole::auditor, .name = "bench"});
    if (!key) return failed(key.error());
    project.auditor_key = key->key.reveal();
    const std::string& origin = engine.directory()->project(project.id)->row.origin;
    project.log = origin.substr(origin.rfind('/') + 1);
  }
  return {};
}

std::expected<std::string, std::string> Subject::admin(const std::string& target) const {
  auto document = server_->admin(target);
  if (!document) return std::unexpected(document.error());
  return std::move(document->text);
}

std::expected<void, std::string> Subject::start() {
  return server_->start(on_first_processor());
}

std::expected<void, std::string> Subject::sign_in() {
  Connection browser(port());
  const auto post = [&](std::string_view target, std::string_view body) {
    const bool sent = browser.send(request_bytes("POST", target, port(), page_fields(), body));
    return sent ? browser.wait(login_ms_max) : std::nullopt;
  };
  const auto begun = post("/api/login/begin", "{}");
  const auto offered = json::parse(std::string(begun ? begun->body : std::string_view()));
  if (!offered) return std::unexpected("a log-in does not begin");
  crypto::SystemEntropy entropy;
  auto claims = json::Value::object();
  claims.add("origin", origin())
      .add("server_nonce", std::string(offered->root.find_string("server_nonce").value_or("")))
      .add("client_nonce", base64(entropy.bytes(16)));
  const std::string body = json::canonical(claims);
  auto attempt = json::Value::object();
  attempt.add("body", body)
      .add("key", evidence::key_id(approver_->spki()))
      .add("signature", base64(approver_->sign(evidence::login_signing_bytes(body))));
  const auto answer = post("/api/login", json::compact(attempt));
  constexpr std::string_view mark = "Set-Cookie: __Host-lp=";
  const std::size_t at = answer ? answer->head.find(mark) : std::string_view::npos;
  if (at == std::string_view::npos) return std::unexpected("the approver cannot log in");
  const std::string_view rest = answer->head.substr(at + mark.size());
  session_ = rest.substr(0, rest.find(';'));
  return {};
}

namespace {

std::string bearer(const std::string& key) {
  return "Authorization: Bearer " + key + "\r\nUser-Agent: letsping-bench/1\r\n";
}

}  // namespace

std::string Subject::agent_fields(std::size_t project) const {
  return bearer(projects_[project].agent_key);
}

std::string Subject::auditor_fields(std::size_t project) const {
  return bearer(projects_[project].auditor_key);
}

std::string Subject::origin() const {
  return "http://localhost:" + std::to_string(port());
}

std::string Subject::page_fields() const {
  return "X-LP-CSRF: 1\r\nSec-Fetch-Site: same-origin\r\nOrigin: " + origin() + "\r\n";
}

std::string Subject::browser_fields() const {
  return "Cookie: __Host-lp=" + session_ + "\r\n" + page_fields();
}

std::expected<std::unique_ptr<Floor>, std::string> Floor::start(const Options& options, int signs,
                                                                int verifies) {
  std::unique_ptr<Floor> floor(new Floor);
  faults::Command command{.words = on_first_processor(), .settings = {}, .log = {}};
  for (const std::string& word :
       {options.floor, std::string("--file"), floor->home_.path() + "/journal",
        std::string("--signs"), std::to_string(signs), std::string("--verifies"),
        std::to_string(verifies)}) {
    command.words.push_back(word);
  }
  auto started = faults::Child::start(command);
  if (!started) return std::unexpected(started.error());
  floor->process_ = *std::move(started);
  const auto line = floor->process_->line(floor_ms_max);
  constexpr std::string_view mark = "listening ";
  if (!line || !line->starts_with(mark)) return std::unexpected("the floor does not listen");
  std::from_chars(line->data() + mark.size(), line->data() + line->size(), floor->port_);
  return floor;
}

std::string request_bytes(std::string_view method, std::string_view target, std::uint16_t port,
                          std::string_view fields, std::string_view body) {
  std::string bytes(method);
  bytes.append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost:");
  bytes.append(std::to_string(port)).append("\r\n").append(fields);
  if (!body.empty()) {
    bytes.append("Content-Type: application/json\r\nContent-Length: ");
    bytes.append(std::to_string(body.size())).append("\r\n");
  }
  bytes.append("\r\n").append(body);
  return bytes;
}

}  // namespace lp::bench
