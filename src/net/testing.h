// What the tests of this folder share: a client that sends exactly the bytes it is told to, and a
// server that stops when the test ends. Blocking, with a deadline on everything.

#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "net/file_descriptor.h"
#include "net/http_rules.h"
#include "net/message.h"
#include "net/server.h"
#include "net/unix_path.h"

namespace lp::net::testing {

inline constexpr int patience_ms = 10'000;

class RawClient {
 public:
  static RawClient tcp(std::uint16_t port) {
    RawClient client(AF_INET);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    client.connect(reinterpret_cast<const sockaddr*>(&address), sizeof address);
    return client;
  }
  static RawClient unix_socket(const std::string& path) {
    RawClient client(AF_UNIX);
    const auto address = unix_address(path);
    EXPECT_TRUE(address);
    client.connect(reinterpret_cast<const sockaddr*>(&address->address), address->length);
    return client;
  }

  [[nodiscard]] bool connected() const { return connected_; }

  // False once the other end has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  void send_urgent(char byte) { ::send(socket_.get(), &byte, 1, MSG_OOB | MSG_NOSIGNAL); }

  // The next reply; nothing at the end of the stream, a reset or a timeout.
  std::optional<Reply> read(bool head_only = false) {
    std::size_t head_end = std::string::npos;
    while ((head_end = unread_.find("\r\n\r\n")) == std::string::npos) {
      if (!receive()) return {};
    }
    Reply reply = parse(std::string_view(unread_).substr(0, head_end + 2));
    unread_.erase(0, head_end + 4);
    std::size_t length = 0;
    for (const auto& [name, value] : reply.headers) {
      if (name == "content-length" && !head_only) length = std::stoul(value);
    }
    while (unread_.size() < length) {
      if (!receive()) return {};
    }
    reply.body = unread_.substr(0, length);
    unread_.erase(0, length);
    return reply;
  }

  std::optional<Reply> ask(std::string_view request, bool head_only = false) {
    send(request);
    return read(head_only);
  }

  // The next line of an answer without end; nothing at the end of the stream or after a timeout.
  std::optional<std::string> line() {
    std::size_t end = std::string::npos;
    while ((end = unread_.find('\n')) == std::string::npos) {
      if (!receive()) return {};
    }
    std::string text = unread_.substr(0, end);
    unread_.erase(0, end + 1);
    return text;
  }

  // Whether the server closes, without a further byte.
  bool closed() {
    const bool more = receive();
    return !more && unread_.empty() && ended_;
  }
  // Reads on and throws away; whether the connection was ended in time.
  bool read_to_end() {
    while (receive()) {
    }
    return ended_ || errno == ECONNRESET;
  }
  // Whether nothing comes for that long.
  bool silent_for(int ms) {
    pollfd wait{socket_.get(), POLLIN, 0};
    return unread_.empty() && ::poll(&wait, 1, ms) == 0;
  }

  void finish_sending() { ::shutdown(socket_.get(), SHUT_WR); }
  void close() { socket_.reset(); }
  // Closing then sends a reset, as a crashed client would.
  void abort() {
    const linger reset{1, 0};
    setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    socket_.reset();
  }

 private:
  explicit RawClient(int family) : socket_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}

  void connect(const sockaddr* address, socklen_t length) {
    connected_ = ::connect(socket_.get(), address, length) == 0;
  }

  bool receive() {
    pollfd wait{socket_.get(), POLLIN, 0};
    errno = 0;
    if (::poll(&wait, 1, patience_ms) != 1) return false;
    char bytes[65536];
    const ssize_t count = ::recv(socket_.get(), bytes, sizeof bytes, 0);
    ended_ = count == 0;
    if (count <= 0) return false;
    unread_.append(bytes, static_cast<std::size_t>(count));
    return true;
  }

  static Reply parse(std::string_view head) {
    Reply reply;
    reply.status = std::stoi(std::string(head.substr(9, 3)));
    head.remove_prefix(head.find("\r\n") + 2);
    while (!head.empty()) {
      const std::string_view line = head.substr(0, head.find("\r\n"));
      head.remove_prefix(line.size() + 2);
      const std::size_t colon = line.find(':');
      std::string name(line.substr(0, colon));
      for (char& c : name) c = static_cast<char>(std::tolower(c));
      reply.headers.emplace_back(name, trimmed(line.substr(colon + 1)));
    }
    return reply;
  }

  FileDescriptor socket_;
  std::string unread_;
  bool connected_ = false;
  bool ended_ = false;
};

// The value of a header of a reply that RawClient read, "" when absent; ", " joins several.
inline std::string value_of(const Reply& reply, std::string_view name) {
  std::string out;
  for (const auto& [field, value] : reply.headers) {
    if (field == name) out += (out.empty() ? "" : ", ") + value;
  }
  return out;
}

inline std::string get(std::string_view target, std::string_view more_headers = {}) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" +
         std::string(more_headers) + "\r\n";
}

inline std::string post(std::string_view target, std::string_view body) {
  return "POST " + std::string(target) +
         " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}

// On a port of the system's choice, one thread unless told otherwise, limits swept often.
inline ServerOptions test_options() {
  ServerOptions options;
  options.endpoint.port = 0;
  options.threads = 1;
  options.limits.sweep_ms = 20;
  options.limits.connections_per_address_max = 5'000;
  return options;
}

class TestServer {
 public:
  explicit TestServer(Handler handler, ServerOptions options = test_options(), Handler admin = {})
      : server_(std::move(options), std::move(handler), std::move(admin)) {
    EXPECT_EQ(server_.error(), "");
    server_.start();
  }

  Server* operator->() { return &server_; }
  RawClient client() { return RawClient::tcp(server_.port()); }

 private:
  Server server_;
};

// Waits for what another thread will make true.
inline bool eventually(const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience_ms);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

// Says what it saw of the request.
inline Outcome echo(Request&& request) {
  Reply reply;
  reply.body = request.path + "|" + request.query + "|" + request.body;
  return reply;
}

}  // namespace lp::net::testing
