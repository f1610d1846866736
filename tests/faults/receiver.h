// A receiver of webhooks on loopback that accepts everything and remembers it.

#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "history.h"
#include "server.h"

namespace lp::faults {

class Receiver {
 public:
  // What one request's deliveries said.
  struct Delivered {
    Shown shown = Shown::pending;
    std::string webhook_id;
    std::string download_url;  // of its snapshot
    std::uint64_t times = 0;
  };

  Receiver();
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;
  ~Receiver();

  // 0: no port could be had.
  [[nodiscard]] std::uint16_t port() const { return port_; }
  // ADDRESS:PORT, as the setting webhooks.allow has it.
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  // Makes `server`, which runs, send its decisions here. What went wrong, or nothing.
  [[nodiscard]] std::optional<std::string> subscribe(const Server& server) const;
  // Everything that was delivered. The senders must be gone.
  void forget();
  [[nodiscard]] std::map<std::string, Delivered> delivered() const;
  [[nodiscard]] std::optional<Delivered> find(const std::string& request) const;
  // Bodies that make no sense, verdicts that changed between attempts, two ids for one decision.
  [[nodiscard]] std::vector<std::string> wrong() const;

 private:
  struct Connection {
    std::atomic<bool> over = false;
    std::jthread thread;
  };

  void accept_all(const std::stop_token& stop);
  void serve(const std::stop_token& stop, int connection);
  void take(const std::string& body);

  int socket_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::map<std::string, Delivered> delivered_;
  std::vector<std::string> wrong_;
  std::list<Connection> connections_;
  std::jthread acceptor_;  // last: it ends before what it uses
};

}  // namespace lp::faults
