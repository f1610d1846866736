#include "connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <utility>

namespace lp::bench {
namespace {

sockaddr_in loopback(std::uint32_t address, std::uint16_t port) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(address);
  return where;
}

}  // namespace

Connection::Connection(std::uint16_t port, unsigned source)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const sockaddr_in from = loopback(0x7f000100U + source, 0);
  const sockaddr_in to = loopback(INADDR_LOOPBACK, port);
  broken_ =
      source != 0 && ::bind(socket_, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0;
  broken_ = broken_ || ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0;
}

Connection::Connection(Connection&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      broken_(other.broken_),
      buffer_(std::move(other.buffer_)),
      taken_(other.taken_) {}

Connection::~Connection() {
  if (socket_ >= 0) ::close(socket_);
}

bool Connection::send(std::string_view request) const {
  while (!request.empty()) {
    const ssize_t sent = ::send(socket_, request.data(), request.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    request.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::optional<Answer> Connection::whole() {
  constexpr std::string_view field = "Content-Length: ";
  const std::string_view unread = std::string_view(buffer_).substr(taken_);
  const std::size_t head = unread.find("\r\n\r\n");
  if (head == std::string_view::npos) return std::nullopt;
  const std::size_t at = unread.find(field);
  std::size_t length = 0;
  if (at < head) std::from_chars(unread.data() + at + field.size(), unread.data() + head, length);
  if (unread.size() < head + 4 + length) return std::nullopt;
  Answer answer{.head = unread.substr(0, head), .body = unread.substr(head + 4, length)};
  std::from_chars(unread.data() + 9, unread.data() + 12, answer.status);
  taken_ += head + 4 + length;
  return answer;
}

std::optional<Answer> Connection::take() {
  buffer_.erase(0, std::exchange(taken_, 0));
  if (auto answer = whole()) return answer;
  std::array<char, 16'384> piece;
  const ssize_t count = ::recv(socket_, piece.data(), piece.size(), MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
  if (count <= 0) {
    broken_ = true;
    return std::nullopt;
  }
  buffer_.append(piece.data(), static_cast<std::size_t>(count));
  return whole();
}

std::optional<Answer> Connection::wait(int timeout_ms) {
  for (;;) {
    if (auto answer = take()) return answer;
    if (broken_) return std::nullopt;
    pollfd readable{.fd = socket_, .events = POLLIN, .revents = 0};
    if (::poll(&readable, 1, timeout_ms) <= 0) return std::nullopt;
  }
}

}  // namespace lp::bench
