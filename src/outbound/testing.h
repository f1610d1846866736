// A receiver of webhooks on loopback that behaves badly on demand: by the first part of the path.
//
//   /ok 200 · /gone 410 · /error 500 · /busy 429 with Retry-After: 7 · /redirect 302 to /ok
//   /silent never answers · /endless 200 and a body without end · /flood a header without end
//   /drip 200 and then a byte now and then · /zip 200 with Content-Encoding: gzip

#pragma once

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace lp::outbound {

class Sink {
 public:
  struct Received {
    std::string path, head, body;
  };

  explicit Sink(bool v6 = false) {
    listener_ = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_addr = in6addr_loopback;
    sockaddr_in four{};
    four.sin_family = AF_INET;
    four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* address = v6 ? reinterpret_cast<sockaddr*>(&six) : reinterpret_cast<sockaddr*>(&four);
    socklen_t size = v6 ? sizeof six : sizeof four;
    bound_ = bind(listener_, address, size) == 0 && listen(listener_, 64) == 0;
    getsockname(listener_, address, &size);
    port_ = ntohs(v6 ? six.sin6_port : four.sin_port);
    if (bound_) acceptor_ = std::jthread([this](std::stop_token stop) { accept_all(stop); });
  }
  ~Sink() {
    acceptor_ = {};
    stopping_ = true;
    people_.clear();
    close(listener_);
  }

  [[nodiscard]] bool bound() const { return bound_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url(std::string_view path) const {
    return fmt::format("http://127.0.0.1:{}{}", port_, path);
  }
  [[nodiscard]] std::vector<Received> received() {
    std::lock_guard lock(mutex_);
    return received_;
  }
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void accept_all(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      pollfd ready{.fd = listener_, .events = POLLIN, .revents = 0};
      if (poll(&ready, 1, 20) <= 0) continue;
      const int peer = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (peer < 0) continue;
      ++connections_;
      people_.emplace_back([this, peer] {
        serve(peer);
        close(peer);
      });
    }
  }

  void serve(int peer) {
    std::string text;
    char buffer[4096];
    std::size_t end = std::string::npos, length = 0;
    while (end == std::string::npos || text.size() < end + 4 + length) {
      const ssize_t got = recv(peer, buffer, sizeof buffer, 0);
      if (got <= 0) return;
      text.append(buffer, static_cast<std::size_t>(got));
      end = text.find("\r\n\r\n");
      const std::size_t at = text.find("Content-Length: ");
      if (end != std::string::npos && at < end) length = std::stoul(text.substr(at + 16));
    }
    const std::size_t space = text.find(' ');
    const std::string path = text.substr(space + 1, text.find(' ', space + 1) - space - 1);
    {
      std::lock_guard lock(mutex_);
      received_.push_back({path, text.substr(0, end), text.substr(end + 4)});
    }
    answer(peer, path);
  }

  void answer(int peer, const std::string& path) {
    const auto plain = [&](std::string_view status, const std::string& more = {}) {
      say(peer, fmt::format("HTTP/1.1 {}\r\n{}Content-Length: 2\r\n\r\nok", status, more));
    };
    if (path.starts_with("/gone")) return plain("410 Gone");
    if (path.starts_with("/error")) return plain("500 Internal Server Error");
    if (path.starts_with("/busy")) return plain("429 Too Many Requests", "Retry-After: 7\r\n");
    if (path.starts_with("/redirect"))
      return plain("302 Found", "Location: " + url("/ok") + "\r\n");
    if (path.starts_with("/zip")) return plain("200 OK", "Content-Encoding: gzip\r\n");
    if (path.starts_with("/silent")) return stay(peer, {}, 20);
    if (path.starts_with("/endless")) {
      say(peer, "HTTP/1.1 200 OK\r\n\r\n");
      return stay(peer, std::string(16'384, 'x'), 0);
    }
    if (path.starts_with("/drip")) {
      say(peer, "HTTP/1.1 200 OK\r\n\r\n");
      return stay(peer, "x", 20);
    }
    if (path.starts_with("/flood")) {
      say(peer, "HTTP/1.1 200 OK\r\n");
      return stay(peer, "X-More: " + std::string(1'000, 'x') + "\r\n", 0);
    }
    plain("200 OK");
  }

  // Says `piece` again and again until the client goes away.
  void stay(int peer, const std::string& piece, int pause_ms) {
    while (!stopping_) {
      if (!piece.empty() && !say(peer, piece)) return;
      pollfd gone{.fd = peer, .events = POLLIN, .revents = 0};
      char byte = 0;
      if (poll(&gone, 1, pause_ms) > 0 && recv(peer, &byte, 1, MSG_DONTWAIT) <= 0) return;
    }
  }
  static bool say(int peer, std::string_view text) {
    return send(peer, text.data(), text.size(), MSG_NOSIGNAL) > 0;
  }

  int listener_ = -1;
  bool bound_ = false;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> connections_ = 0;
  std::mutex mutex_;
  std::vector<Received> received_;
  std::vector<std::jthread> people_;
  std::jthread acceptor_;
};

// Waits for what another thread is about to do; false after ten seconds.
bool eventually(auto condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace lp::outbound
