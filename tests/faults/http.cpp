#include "http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <utility>

namespace lp::faults {
namespace {

constexpr timeval patience{.tv_sec = 10, .tv_usec = 0};

std::optional<std::size_t> number_after(std::string_view text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  std::size_t value = 0;
  const char* first = text.data() + at + mark.size();
  const auto [end, fault] = std::from_chars(first, text.data() + text.size(), value);
  if (fault != std::errc{}) return std::nullopt;
  return value;
}

}  // namespace

HttpClient::~HttpClient() {
  close();
}

bool HttpClient::open() {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket_ < 0) return false;
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto* where = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(socket_, where, sizeof address) == 0) return true;
  close();
  return false;
}

void HttpClient::close() {
  if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  buffer_.clear();
}

bool HttpClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool HttpClient::fill() {
  std::array<char, 16'384> piece{};
  const ssize_t count = ::recv(socket_, piece.data(), piece.size(), 0);
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) hung_ = true;
  if (count <= 0) return false;
  buffer_.append(piece.data(), static_cast<std::size_t>(count));
  return true;
}

std::optional<Answer> HttpClient::receive() {
  std::size_t head_end = buffer_.find("\r\n\r\n");
  while (head_end == std::string::npos) {
    if (!fill()) return std::nullopt;
    head_end = buffer_.find("\r\n\r\n");
  }
  Answer answer{.head = buffer_.substr(0, head_end + 2)};
  const auto status = number_after(answer.head, "HTTP/1.1 ");
  const auto length = number_after(answer.head, "Content-Length: ");
  if (!status || !length) return std::nullopt;
  answer.status = static_cast<int>(*status);
  const std::size_t whole = head_end + 4 + *length;
  while (buffer_.size() < whole) {
    if (!fill()) return std::nullopt;
  }
  answer.body = buffer_.substr(head_end + 4, *length);
  buffer_.erase(0, whole);
  return answer;
}

std::optional<Answer> HttpClient::call(std::string_view method, std::string_view target,
                                       std::string_view fields, std::string_view body) {
  hung_ = false;
  if (socket_ < 0 && !open()) return std::nullopt;
  std::string bytes(method);
  bytes.append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost:");
  bytes.append(std::to_string(port_)).append("\r\n").append(fields);
  if (!body.empty()) {
    bytes.append("Content-Type: application/json\r\nContent-Length: ");
    bytes.append(std::to_string(body.size())).append("\r\n");
  }
  bytes.append("\r\n").append(body);
  std::optional<Answer> answer;
  if (send(bytes)) answer = receive();
  if (!answer || answer->head.contains("Connection: close")) close();
  return answer;
}

}  // namespace lp::faults
