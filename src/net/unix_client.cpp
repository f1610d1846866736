#include "net/unix_client.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>
#include <utility>

#include "base/time.h"
#include "net/http_rules.h"
#include "net/unix_path.h"

namespace lp::net {

namespace {

// Far above any export's page; a server gone mad is not read to the end.
constexpr std::size_t reply_bytes_max = 256 * 1024 * 1024;

// One exchange on one socket, up to one deadline.
class Exchange {
 public:
  explicit Exchange(std::int64_t timeout_ms)
      : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
        deadline_ms_(clock_.monotonic_ms() + timeout_ms) {}

  // Of what `connect` says; a full backlog is tried again until the deadline.
  std::expected<void, ConnectFault> connect(const UnixAddress& address) {
    const auto* where = reinterpret_cast<const sockaddr*>(&address.address);
    while (::connect(socket_.get(), where, address.length) != 0) {
      if (errno != EAGAIN) return std::unexpected(connect_fault(errno));
      if (left_ms() == 0) return std::unexpected(ConnectFault::broken);
      ::poll(nullptr, 0, 10);
    }
    return {};
  }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent > 0) {
        bytes.remove_prefix(static_cast<std::size_t>(sent));
        // A server that refuses answers before it has read everything; its answer is read below.
      } else if (errno != EAGAIN || !ready(POLLOUT)) {
        return false;
      }
    }
    return true;
  }

  // All that comes until the other end closes.
  std::optional<std::string> receive() {
    std::string out;
    std::string piece(64 * 1024, '\0');
    for (;;) {
      const ssize_t count = ::recv(socket_.get(), piece.data(), piece.size(), 0);
      if (count == 0) return out;
      if (count < 0 && (errno != EAGAIN || !ready(POLLIN))) return {};
      if (count > 0) out.append(piece, 0, static_cast<std::size_t>(count));
      if (out.size() > reply_bytes_max) return {};
    }
  }

 private:
  [[nodiscard]] int left_ms() {
    return static_cast<int>(
        std::clamp<std::int64_t>(deadline_ms_ - clock_.monotonic_ms(), 0, 1'000'000));
  }

  bool ready(short events) {
    pollfd wait{socket_.get(), events, 0};
    return ::poll(&wait, 1, left_ms()) == 1;
  }

  SystemClock clock_;
  FileDescriptor socket_;
  const std::int64_t deadline_ms_;
};

std::optional<Reply> read_reply(std::string_view bytes, bool head_only) {
  const std::size_t head_end = bytes.find("\r\n\r\n");
  constexpr std::string_view version = "HTTP/1.1 ";
  if (head_end == std::string_view::npos || !bytes.starts_with(version)) return {};
  Reply reply;
  reply.content_type.clear();
  const char* digits = bytes.data() + version.size();
  if (std::from_chars(digits, digits + 3, reply.status).ptr != digits + 3) return {};
  reply.body = bytes.substr(head_end + 4);
  std::string_view fields = bytes.substr(0, head_end + 2);
  fields.remove_prefix(fields.find("\r\n") + 2);
  while (!fields.empty()) {
    const std::size_t end = fields.find("\r\n");
    const std::string_view line = fields.substr(0, end);
    fields.remove_prefix(end + 2);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return {};
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (equal_ignoring_case(name, "content-type")) reply.content_type = value;
    // A connection that broke in the middle must not pass for a shorter reply.
    if (equal_ignoring_case(name, "content-length") && !head_only &&
        std::to_string(reply.body.size()) != value) {
      return {};
    }
    reply.headers.emplace_back(name, value);
  }
  return reply;
}

}  // namespace

ConnectFault connect_fault(int errno_value) {
  switch (errno_value) {
    case ENOENT:
    case ENOTDIR:
    case ECONNREFUSED:
      return ConnectFault::nobody_listens;
    case EACCES:
    case EPERM:
      return ConnectFault::not_permitted;
    default:
      return ConnectFault::broken;
  }
}

std::expected<Reply, ConnectFault> call_unix(const std::string& socket_path, Method method,
                                             std::string_view target, std::string_view body,
                                             std::int64_t timeout_ms) {
  const auto address = unix_address(socket_path);
  if (!address) return std::unexpected(connect_fault(address.error()));
  Exchange exchange(timeout_ms);
  if (const auto connected = exchange.connect(*address); !connected) {
    return std::unexpected(connected.error());
  }
  std::string request(method_name(method));
  request.append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n");
  if (!body.empty()) {
    request +=
        "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  }
  request.append("Connection: close\r\n\r\n").append(body);
  const bool sent = exchange.send(request);
  // Sent or not: a server that refuses a request says so before it has read all of it.
  const auto bytes = exchange.receive();
  auto reply = bytes ? read_reply(*bytes, method == Method::head) : std::nullopt;
  if (!reply || (!sent && reply->status < 400)) return std::unexpected(ConnectFault::broken);
  return std::move(*reply);
}

}  // namespace lp::net
