#include "net/framed_socket.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/time.h"
#include "net/unix_path.h"

namespace lp::net {
namespace {

constexpr std::size_t head_bytes = 4;

std::int64_t monotonic_ms() {
  SystemClock clock;
  return clock.monotonic_ms();
}

// Whether the socket becomes ready in time.
bool wait_for(int socket, short events, std::int64_t deadline_ms) {
  for (;;) {
    const auto left = std::clamp<std::int64_t>(deadline_ms - monotonic_ms(), 0, 1'000'000);
    pollfd wait{socket, events, 0};
    const int count = ::poll(&wait, 1, static_cast<int>(left));
    if (count == 1) return true;
    if (count == 0 || errno != EINTR) return false;
  }
}

bool may_be_later() {
  return errno == EAGAIN || errno == EINTR;
}

}  // namespace

std::expected<FramedSocket, ConnectFault> FramedSocket::connect(const std::string& path,
                                                                std::int64_t timeout_ms) {
  const std::int64_t deadline_ms = monotonic_ms() + timeout_ms;
  const auto address = unix_address(path);
  if (!address) return std::unexpected(connect_fault(address.error()));
  FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const auto* where = reinterpret_cast<const sockaddr*>(&address->address);
  while (::connect(socket.get(), where, address->length) != 0) {
    // A full backlog.
    if (errno != EAGAIN || monotonic_ms() >= deadline_ms) {
      return std::unexpected(connect_fault(errno));
    }
    ::poll(nullptr, 0, 5);
  }
  return FramedSocket(std::move(socket));
}

bool FramedSocket::write(std::string_view bytes, std::int64_t deadline_ms) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (!may_be_later() || !wait_for(socket_.get(), POLLOUT, deadline_ms)) {
      return false;
    }
  }
  return true;
}

bool FramedSocket::read(char* bytes, std::size_t count, std::int64_t deadline_ms) {
  for (std::size_t done = 0; done < count;) {
    const ssize_t got = ::recv(socket_.get(), bytes + done, count - done, 0);
    if (got > 0) {
      done += static_cast<std::size_t>(got);
    } else if (got == 0 || !may_be_later() || !wait_for(socket_.get(), POLLIN, deadline_ms)) {
      return false;
    }
  }
  return true;
}

bool FramedSocket::send(std::string_view body, std::int64_t timeout_ms) {
  if (!open()) return false;
  const std::size_t size = body.size();
  bool sent = size > 0 && size <= frame_bytes_max;
  if (sent) {
    std::string frame;
    frame.reserve(head_bytes + size);
    for (const int shift : {24, 16, 8, 0}) {
      frame.push_back(static_cast<char>(static_cast<unsigned char>(size >> shift)));
    }
    frame.append(body);
    sent = write(frame, monotonic_ms() + timeout_ms);
  }
  if (!sent) socket_.reset();
  return sent;
}

std::optional<std::string> FramedSocket::receive(std::int64_t timeout_ms) {
  if (!open()) return std::nullopt;
  const std::int64_t deadline_ms = monotonic_ms() + timeout_ms;
  std::array<char, head_bytes> head{};
  std::string body;
  bool got = read(head.data(), head.size(), deadline_ms);
  if (got) {
    std::size_t size = 0;
    for (const char byte : head) size = size << 8U | static_cast<unsigned char>(byte);
    got = size > 0 && size <= frame_bytes_max;
    if (got) {
      body.resize(size);
      got = read(body.data(), size, deadline_ms);
    }
  }
  if (!got) {
    socket_.reset();
    return std::nullopt;
  }
  return body;
}

bool FramedSocket::hung_up() const {
  char byte = 0;
  const ssize_t count = ::recv(socket_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count >= 0 || !may_be_later();
}

std::optional<uid_t> FramedSocket::peer() const {
  ucred credentials{};
  socklen_t length = sizeof credentials;
  if (::getsockopt(socket_.get(), SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) {
    return std::nullopt;
  }
  return credentials.uid;
}

}  // namespace lp::net
