#include "download.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "connection.h"

namespace lp::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int patience_ms = 60'000;
constexpr std::size_t piece_bytes = 1u << 20, tail_bytes = 8'192, head_bytes_max = 16'384;
constexpr auto meanwhile_every = std::chrono::milliseconds(20);

double seconds_since(SteadyClock::time_point from) {
  return std::chrono::duration<double>(SteadyClock::now() - from).count();
}

class Taking {
 public:
  Taking(std::uint16_t port, const Listening& listening) : client_(port), listening_(listening) {}

  std::expected<Download, std::string> run(std::string_view request) {
    begun_ = SteadyClock::now();
    auto looked = begun_;
    if (client_.broken() || !client_.send(request)) return std::unexpected("it does not listen");
    std::vector<char> piece(piece_bytes);
    for (;;) {
      pollfd readable{.fd = client_.socket(), .events = POLLIN, .revents = 0};
      if (::poll(&readable, 1, patience_ms) <= 0) return std::unexpected("nothing comes any more");
      const ssize_t count = ::recv(client_.socket(), piece.data(), piece.size(), 0);
      if (count < 0) return std::unexpected("the connection broke");
      if (count == 0) break;
      const std::string_view fresh(piece.data(), static_cast<std::size_t>(count));
      if (auto fine = take(fresh); !fine) return std::unexpected(fine.error());
      if (listening_.meanwhile && SteadyClock::now() - looked > meanwhile_every) {
        listening_.meanwhile();
        looked = SteadyClock::now();
      }
    }
    if (!in_body_) return std::unexpected("it ended before its body");
    taken_.seconds = seconds_since(begun_);
    return std::move(taken_);
  }

 private:
  std::expected<void, std::string> take(std::string_view fresh) {
    if (in_body_) {
      body(fresh);
      return {};
    }
    head_ += fresh;
    const std::size_t end = head_.find("\r\n\r\n");
    if (end == std::string::npos) {
      if (head_.size() > head_bytes_max) return std::unexpected("its head has no end");
      return {};
    }
    if (!head_.starts_with("HTTP/1.1 200 ")) {
      return std::unexpected("it answers " + head_.substr(0, head_.find('\r')) + " " +
                             head_.substr(end + 4));
    }
    in_body_ = true;
    if (head_.size() > end + 4) body(std::string_view(head_).substr(end + 4));
    return {};
  }

  void body(std::string_view bytes) {
    if (taken_.bytes == 0) taken_.first_byte_ms = seconds_since(begun_) * 1e3;
    taken_.bytes += bytes.size();
    taken_.lines += static_cast<std::uint64_t>(std::ranges::count(bytes, '\n'));
    taken_.tail += bytes.substr(bytes.size() - std::min(bytes.size(), tail_bytes));
    if (taken_.tail.size() > tail_bytes) taken_.tail.erase(0, taken_.tail.size() - tail_bytes);
    if (listening_.bytes) listening_.bytes(bytes);
  }

  Connection client_;
  const Listening& listening_;
  SteadyClock::time_point begun_;
  Download taken_;
  std::string head_;
  bool in_body_ = false;
};

}  // namespace

std::expected<Download, std::string> download(std::uint16_t port, std::string_view request,
                                              const Listening& listening) {
  return Taking(port, listening).run(request);
}

}  // namespace lp::bench
