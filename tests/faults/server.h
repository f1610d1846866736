// The server under test on a test directory of its own: made, started, killed, started again.

#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "child.h"
#include "json/parse.h"
#include "server/installation.h"

namespace lp::faults {

// A directory that goes when this does.
class Home {
 public:
  Home();
  Home(const Home&) = delete;
  Home& operator=(const Home&) = delete;
  ~Home();
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class Server {
 public:
  using Settings = std::vector<std::pair<std::string, std::string>>;

  // Runs `init --test` in `home`/data and makes an agent key. `settings` are for every process.
  static std::expected<std::unique_ptr<Server>, std::string> make(const std::string& binary,
                                                                  const std::string& home,
                                                                  Settings settings = {});

  // On the copy of a `home` in which make() made a server with this key.
  static std::unique_ptr<Server> on_copy(const std::string& binary, const std::string& home,
                                         std::string agent_key, Settings settings = {});

  // Until it listens. `wrapper`: words before the command, such as a tracer.
  std::expected<void, std::string> start(const std::vector<std::string>& wrapper = {});
  // Kills it with SIGKILL and waits for its end.
  void kill();
  // Asks it to end with SIGTERM and waits: how it ended, nothing when it does not.
  std::optional<Ending> end();
  [[nodiscard]] bool running();
  std::optional<Ending> wait(int timeout_ms);

  [[nodiscard]] pid_t pid() const { return process_->pid(); }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const std::string& agent_key() const { return agent_key_; }
  [[nodiscard]] const server::Place& place() const { return place_; }
  // The end of what all runs wrote to standard error.
  [[nodiscard]] std::string last_words() const;

  // The admin socket: the parsed body of a 200, or what went wrong.
  [[nodiscard]] std::expected<json::Document, std::string> admin(const std::string& target) const;

 private:
  [[nodiscard]] std::string log() const { return home_ + "/log"; }
  Server(std::string binary, std::string home, Settings settings);

  const std::string binary_, home_;
  const Settings settings_;
  server::Place place_;
  std::string agent_key_;
  std::optional<Child> process_;
  std::uint16_t port_ = 0;
};

}  // namespace lp::faults
