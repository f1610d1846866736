#include "http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
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

// A connection to loopback; negative: there is none.
int connect_to(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return socket;
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto* where = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(socket, where, sizeof address) == 0) return socket;
  ::close(socket);
  return -1;
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string head_of(std::string_view method, std::string_view target, std::uint16_t port,
                    std::string_view fields) {
  std::string head(method);
  head.append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost:");
  return head.append(std::to_string(port)).append("\r\n").append(fields);
}

}  // namespace

HttpClient::~HttpClient() {
  close();
}

bool HttpClient::open() {
  socket_ = connect_to(port_);
  return socket_ >= 0;
}

void HttpClient::close() {
  if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  buffer_.clear();
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
  std::string bytes = head_of(method, target, port_, fields);
  if (!body.empty()) {
    bytes.append("Content-Type: application/json\r\nContent-Length: ");
    bytes.append(std::to_string(body.size())).append("\r\n");
  }
  bytes.append("\r\n").append(body);
  std::optional<Answer> answer;
  if (send_all(socket_, bytes)) answer = receive();
  if (!answer || answer->head.contains("Connection: close")) close();
  return answer;
}

std::optional<HttpStream> HttpStream::open(std::uint16_t port, std::string_view target,
                                           std::string_view fields) {
  const int socket = connect_to(port);
  if (socket < 0) return std::nullopt;
  HttpStream stream(socket);
  std::string request = head_of("GET", target, port, fields);
  if (!send_all(socket, request.append("\r\n"))) return std::nullopt;
  std::string bytes;
  std::size_t head_end = std::string::npos;
  while (head_end == std::string::npos) {
    const std::size_t before = bytes.size();
    if (!stream.read(bytes, std::chrono::seconds(patience.tv_sec)) || bytes.size() == before) {
      return std::nullopt;
    }
    head_end = bytes.find("\r\n\r\n");
  }
  const auto status = number_after(bytes, "HTTP/1.1 ");
  if (!status) return std::nullopt;
  stream.status_ = static_cast<int>(*status);
  stream.early_ = bytes.substr(head_end + 4);
  return stream;
}

HttpStream::HttpStream(HttpStream&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      status_(other.status_),
      early_(std::move(other.early_)) {}

HttpStream& HttpStream::operator=(HttpStream&& other) noexcept {
  std::swap(socket_, other.socket_);
  std::swap(status_, other.status_);
  std::swap(early_, other.early_);
  return *this;
}

HttpStream::~HttpStream() {
  if (socket_ >= 0) ::close(socket_);
}

bool HttpStream::read(std::string& bytes, std::chrono::milliseconds time) {
  bytes.append(std::exchange(early_, {}));
  pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
  if (::poll(&waiting, 1, static_cast<int>(time.count())) <= 0) return true;
  std::array<char, 16'384> piece{};
  const ssize_t count = ::recv(socket_, piece.data(), piece.size(), 0);
  if (count <= 0) return false;
  bytes.append(piece.data(), static_cast<std::size_t>(count));
  return true;
}

}  // namespace lp::faults
