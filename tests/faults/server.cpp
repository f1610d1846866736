#include "server.h"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "base/file.h"
#include "net/unix_client.h"

namespace lp::faults {
namespace {

// Far more than a start takes, also under a tracer on a busy machine.
constexpr int start_ms_max = 30'000;

// Load must not run into the limits that protect a real server from one client.
Server::Settings with_room(Server::Settings settings) {
  settings.emplace_back("LETSPING_LIMITS__REQUESTS_PER_MINUTE", "100000000");
  settings.emplace_back("LETSPING_LIMITS__REQUESTS_BURST", "100000000");
  settings.emplace_back("LETSPING_LIMITS__PENDING_PER_PROJECT", "10000000");
  return settings;
}

}  // namespace

Home::Home() {
  const char* parent = std::getenv("TMPDIR");
  path_ = std::string(parent != nullptr && *parent != '\0' ? parent : "/tmp") + "/faults-XXXXXX";
  if (mkdtemp(path_.data()) == nullptr) path_.clear();
}

Home::~Home() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

Server::Server(std::string binary, std::string home, Settings settings)
    : binary_(std::move(binary)),
      home_(std::move(home)),
      settings_(with_room(std::move(settings))),
      place_{.data = home_ + "/data", .signer_state = {}} {}

std::expected<std::unique_ptr<Server>, std::string> Server::make(const std::string& binary,
                                                                 const std::string& home,
                                                                 Settings settings) {
  std::unique_ptr<Server> made(new Server(binary, home, std::move(settings)));
  const std::string& data = made->place_.data;
  auto done = run({.words = {binary, "init", "--data", data, "--test"},
                   .settings = made->settings_,
                   .log = made->log()});
  if (!done) return std::unexpected(done.error());
  done = run({.words = {binary, "key", "create", "--project", "default", "--role", "agent",
                        "--name", "faults", "--json", "--data", data},
              .settings = made->settings_,
              .log = made->log()});
  if (!done) return std::unexpected(done.error());
  const auto key = json::parse(*std::move(done));
  if (!key) return std::unexpected("`key create --json` does not print JSON");
  made->agent_key_ = key->root.find_string("key").value_or("");
  return made;
}

std::unique_ptr<Server> Server::on_copy(const std::string& binary, const std::string& home,
                                        std::string agent_key, Settings settings) {
  std::unique_ptr<Server> made(new Server(binary, home, std::move(settings)));
  made->agent_key_ = std::move(agent_key);
  return made;
}

std::expected<void, std::string> Server::start(const std::vector<std::string>& wrapper) {
  Command command{.words = wrapper, .settings = settings_, .log = log()};
  for (const std::string& word : {binary_, std::string("serve"), std::string("--data"), place_.data,
                                  std::string("--listen"), std::string("127.0.0.1:0")}) {
    command.words.push_back(word);
  }
  auto started = Child::start(command);
  if (!started) return std::unexpected(started.error());
  process_ = *std::move(started);
  const auto line = process_->line(start_ms_max);
  const std::size_t colon = line ? line->rfind(':') : std::string::npos;
  if (colon == std::string::npos || !line->starts_with("listening ")) {
    const auto ending = process_->wait(start_ms_max);
    return std::unexpected("the server does not listen: " + (ending ? ending->text() : "it hangs") +
                           "; the end of its log is " + last_words());
  }
  std::from_chars(line->data() + colon + 1, line->data() + line->size(), port_);
  return {};
}

std::string Server::last_words() const {
  constexpr std::size_t bytes_max = 64 << 20, shown_max = 600;
  const std::string text = read_file(log(), bytes_max).value_or("not readable");
  return text.substr(text.size() - std::min(text.size(), shown_max));
}

void Server::kill() {
  if (!process_) return;
  process_->signal(SIGKILL);
  process_->wait(start_ms_max);
}

std::optional<Ending> Server::end() {
  if (!process_) return std::nullopt;
  process_->signal(SIGTERM);
  return process_->wait(start_ms_max);
}

bool Server::running() {
  return process_ && !process_->wait(0);
}

std::optional<Ending> Server::wait(int timeout_ms) {
  return process_ ? process_->wait(timeout_ms) : std::nullopt;
}

std::expected<json::Document, std::string> Server::admin(const std::string& target) const {
  auto reply = net::call_unix(place_.socket(), net::Method::get, target, {});
  if (!reply) return std::unexpected(target + ": no answer");
  if (reply->status != 200) {
    return std::unexpected(target + ": " + std::to_string(reply->status) + " " + reply->body);
  }
  auto document = json::parse(std::move(reply->body));
  if (!document) return std::unexpected(target + ": not JSON");
  return *std::move(document);
}

}  // namespace lp::faults
