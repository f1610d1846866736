// What agents do beside asking and waiting, each kind in a thread of its own, for one life of the
// server: take a request back, let one expire, leave a snapshot and fetch it through the webhook.

#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "actors.h"
#include "receiver.h"

namespace lp::faults {

class Errands {
 public:
  struct Counts {
    std::atomic<std::uint64_t> cancelled = 0, expired = 0, fetched = 0;
  };

  // References live as long as this. `name` is the start of every ask's name.
  Errands(const Server& server, History& history, const Receiver& receiver, Counts& counts,
          std::string name)
      : server_(server),
        history_(history),
        receiver_(receiver),
        counts_(counts),
        name_(std::move(name)) {}

  void start();
  void stop();

  // A snapshot that was acknowledged, and where it is fetched.
  struct Left {
    std::string id, path, bytes;
  };
  // One such errand alone, with `text_bytes` in the snapshot. Nothing: the server is gone, refused
  // what it should not, or told no webhook in time.
  std::optional<Left> leave_snapshot(const std::string& name, std::size_t text_bytes,
                                     const std::stop_token& stop);

 private:
  // Each runs one errand; false: the server is gone.
  bool cancel(Agent& agent, HttpClient& http, const std::string& name);
  bool expire(Agent& agent, const std::string& name);
  bool fetch_snapshot(HttpClient& http, const std::string& name, const std::stop_token& stop);

  // The id of a new request; empty: the server is gone, or refused what it should not.
  std::string ask(Agent& agent, const Ask& ask, std::string* upload = nullptr);
  bool take_back(HttpClient& http, const std::string& id);

  const Server& server_;
  History& history_;
  const Receiver& receiver_;
  Counts& counts_;
  const std::string name_;
  std::vector<std::jthread> threads_;
};

}  // namespace lp::faults
