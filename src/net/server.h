// The HTTP server: listeners, net threads, sessions, parked connections.
//
// Strict HTTP/1.1 (security.md D-40): what Beast's parser lets by, http_rules refuses, and the
// connection is closed after any framing error. Each net thread has its own io_context and its own
// SO_REUSEPORT listener; a socket never changes thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/forwarding.h"
#include "net/message.h"

namespace lp::net {

class TlsContext;

struct Limits {
  std::size_t header_bytes_max = 16 * 1024;
  std::size_t header_fields_max = 64;
  std::size_t target_bytes_max = 4 * 1024;
  std::size_t body_bytes_max = 4'194'304;
  std::int64_t header_ms_max = 5'000;
  std::int64_t body_ms_max = 15'000;
  std::int64_t idle_ms_max = 30'000;
  std::int64_t request_ms_max = 30'000;  // parked time does not count
  std::size_t connections_per_address_max = 64;
  std::size_t connections_max = 10'000;
  std::size_t bodies_bytes_max = 256 * 1024 * 1024;  // of all bodies being received together
  std::int64_t sweep_ms = 1'000;                     // how often the time limits are looked at
};

struct Endpoint {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8400;  // 0: the system chooses; see Server::port
};

struct ServerOptions {
  Endpoint endpoint;
  std::string unix_socket;  // path of the admin socket, "" for none; mode 0600; may be long
  unsigned threads = 2;
  Limits limits;
  // Host header values that are answered, "NAME:*" with any port or none ("localhost:*"); others
  // get 421. Empty: all are answered, which only a test may want.
  std::vector<std::string> hosts;
  // What the public side shows; none: plain HTTP.
  std::shared_ptr<const TlsContext> tls;
  // Whose word on the client's address and on TLS is believed.
  TrustedProxies trusted_proxies;
  // For script-src (Assets::import_map_hash). Absent: that of the embedded dashboard.
  std::optional<std::string> import_map_hash;
};

class Server {
 public:
  // `public_handler` answers TCP, `admin_handler` the Unix socket. Binds at once.
  // Throws nothing; a bind failure is in `error()` and `start` must not be called then.
  Server(ServerOptions options, Handler public_handler, Handler admin_handler);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] const std::string& error() const;  // empty when bound
  [[nodiscard]] std::uint16_t port() const;        // the real one

  void start();  // spawns lp-net-N
  // Wakes every connection parked on one of the topics and every stream of them, and lets go what
  // Responder::render left here: each net thread is woken once for all of it. From any thread;
  // never waits.
  void announce(std::vector<std::string> topics);
  // For the clients to come; those that are here go on with what they began with. Not for a server
  // that began without TLS. From any thread; never waits.
  void use(std::shared_ptr<const TlsContext> tls);
  // Graceful: stop accepting, let running requests end (at most `drain_ms`), answer parked ones
  // with their `expired` reply, let streams say their last words, join. Not from a net thread; a
  // stopped server stays stopped.
  void stop(std::int64_t drain_ms);

  struct Figures {
    std::size_t connections = 0;
    std::size_t parked = 0;
    std::size_t streams = 0;
  };
  [[nodiscard]] Figures figures() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lp::net
