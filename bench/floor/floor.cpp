// The physical limit that the workloads are held against: what no server can leave out.
//
//   bench_floor --file PATH [--signs N] [--verifies N]
//
// One thread, one epoll. Takes all that is readable, and for the whole batch: SHA-256 of each body,
// the signatures and verifications that one request of ours must make, one append to a file whose
// blocks exist already, one fdatasync, and only then each 200. With signatures there is also one
// Ed25519 signature a batch, the checkpoint. It parses no JSON, knows no keys, no policy and no
// log, and keeps no index: it is a bound, not a server. A GET is parked, and each POST lets the
// oldest one go, after the flush. Prints "listening PORT" and runs until it is killed.

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "journal.h"
#include "signatures.h"

namespace lp::bench {
namespace {

constexpr std::size_t read_bytes = 64u << 10;
constexpr int events_max = 512;
// As long as what we answer to an ask.
constexpr std::size_t reply_body_bytes = 400;

struct Options {
  std::string file;
  int signs = 0;
  int verifies = 0;
};

class Floor {
 public:
  Floor(const Options& options, int listener)
      : options_(options),
        listener_(listener),
        epoll_(::epoll_create1(EPOLL_CLOEXEC)),
        journal_(options.file) {
    LP_ASSERT(epoll_ >= 0);
    watch(listener_);
    const std::string body(reply_body_bytes, 'x');
    reply_ = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
             std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  [[noreturn]] void run() {
    for (;;) turn();
  }

 private:
  void watch(int file) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = file}};
    LP_ASSERT(::epoll_ctl(epoll_, EPOLL_CTL_ADD, file, &event) == 0);
  }

  void turn() {
    std::array<epoll_event, events_max> events;
    const int count = ::epoll_wait(epoll_, events.data(), events_max, -1);
    LP_ASSERT(count >= 0 || errno == EINTR);
    for (int i = 0; i < count; ++i) {
      if (events[static_cast<std::size_t>(i)].data.fd == listener_) {
        accept_clients();
      } else {
        read(events[static_cast<std::size_t>(i)].data.fd);
      }
    }
    finish_batch();
  }

  void accept_clients() {
    for (;;) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (socket < 0) return;
      const int on = 1;
      ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      watch(socket);
    }
  }

  void read(int socket) {
    static std::array<char, read_bytes> piece;
    const ssize_t count = ::recv(socket, piece.data(), piece.size(), 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) {
      ::close(socket);
      unread_.erase(socket);
      std::erase(parked_, socket);
      return;
    }
    const std::string_view fresh(piece.data(), static_cast<std::size_t>(count));
    std::string& kept = unread_[socket];
    if (kept.empty() && take_request(socket, fresh) == fresh.size()) return;
    kept += fresh;
    kept.erase(0, take_request(socket, kept));
  }

  // The length of the request at the front of `bytes`, once it is whole.
  std::size_t take_request(int socket, std::string_view bytes) {
    const std::size_t head = bytes.find("\r\n\r\n");
    if (head == std::string_view::npos) return 0;
    if (bytes.starts_with("GET ")) {
      parked_.push_back(socket);
      return head + 4;
    }
    constexpr std::string_view field = "Content-Length: ";
    const std::size_t at = bytes.find(field);
    std::size_t length = 0;
    if (at < head) std::from_chars(bytes.data() + at + field.size(), bytes.data() + head, length);
    const std::size_t whole = head + 4 + length;
    if (bytes.size() < whole) return 0;
    record(bytes.substr(head + 4, length));
    answered_.push_back(socket);
    return whole;
  }

  void record(std::string_view body) {
    const Sha256 digest = signatures_.digest(body);
    for (int i = 0; i < options_.verifies; ++i) signatures_.verify();
    batch_ += body;
    for (int i = 0; i < options_.signs; ++i) batch_ += signatures_.sign(digest);
  }

  void finish_batch() {
    if (answered_.empty()) return;
    if (options_.signs > 0) {
      batch_ += signatures_.sign_checkpoint(std::string_view(batch_).substr(
          batch_.size() - std::min<std::size_t>(64, batch_.size())));
    }
    journal_.append(batch_);
    batch_.clear();
    for (const int socket : answered_) {
      send(socket);
      if (parked_.empty()) continue;
      send(parked_.front());
      parked_.pop_front();
    }
    answered_.clear();
  }

  void send(int socket) {
    [[maybe_unused]] const ssize_t sent =
        ::send(socket, reply_.data(), reply_.size(), MSG_NOSIGNAL);
  }

  const Options options_;
  const int listener_;
  const int epoll_;
  Journal journal_;
  Signatures signatures_;
  std::string reply_, batch_;
  std::map<int, std::string> unread_;
  std::deque<int> parked_;
  std::vector<int> answered_;
};

int listen_anywhere() {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  LP_ASSERT(listener >= 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  LP_ASSERT(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  LP_ASSERT(::listen(listener, 4'096) == 0);
  return listener;
}

void tell_port(int listener) {
  sockaddr_in address{};
  socklen_t length = sizeof address;
  LP_ASSERT(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length) == 0);
  std::printf("listening %u\n", static_cast<unsigned>(ntohs(address.sin_port)));
  std::fflush(stdout);
}

bool read_options(int count, char** words, Options& options) {
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = words[i], value = words[i + 1];
    int number = 0;
    std::from_chars(value.data(), value.data() + value.size(), number);
    if (name == "--file") {
      options.file = value;
    } else if (name == "--signs") {
      options.signs = number;
    } else if (name == "--verifies") {
      options.verifies = number;
    } else {
      return false;
    }
  }
  return count % 2 == 1 && !options.file.empty();
}

}  // namespace
}  // namespace lp::bench

int main(int count, char** words) {
  lp::bench::Options options;
  if (!lp::bench::read_options(count, words, options)) {
    std::fputs("usage: bench_floor --file PATH [--signs N] [--verifies N]\n", stderr);
    return 2;
  }
  const int listener = lp::bench::listen_anywhere();
  lp::bench::Floor floor(options, listener);
  lp::bench::tell_port(listener);
  floor.run();
}
