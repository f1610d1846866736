#include "net/listener.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/c_handle.h"
#include "net/unix_path.h"

namespace lp::net {

namespace {

constexpr int backlog = 4096;

struct TcpAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

std::string failed(std::string_view step, std::string_view what, int errno_value) {
  return std::string(step) + " " + std::string(what) + ": " + std::strerror(errno_value);
}

std::expected<TcpAddress, BindFault> tcp_address(const std::string& address, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    return std::unexpected("cannot listen on \"" + address +
                           "\": give an IPv4 or IPv6 address, not a name");
  }
  const CHandle<addrinfo, freeaddrinfo> release(found);
  TcpAddress out;
  std::memcpy(&out.storage, found->ai_addr, found->ai_addrlen);
  out.length = found->ai_addrlen;
  return out;
}

sockaddr* raw(TcpAddress& address) {
  return reinterpret_cast<sockaddr*>(&address.storage);
}

// A bound socket, or the errno.
std::expected<FileDescriptor, int> bound(TcpAddress& address, bool shares_port) {
  FileDescriptor socket(
      ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.open()) return std::unexpected(errno);
  const int on = 1;
  setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (shares_port) setsockopt(socket.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  if (::bind(socket.get(), raw(address), address.length) != 0) return std::unexpected(errno);
  return socket;
}

// With SO_REUSEADDR alone a bind fails exactly if somebody listens on the port.
std::expected<void, int> probe(TcpAddress address) {
  const auto socket = bound(address, false);
  if (!socket) return std::unexpected(socket.error());
  if (::listen(socket->get(), 1) != 0) return std::unexpected(errno);
  return {};
}

std::uint16_t port_of(const TcpAddress& address) {
  // sin_port and sin6_port share their place.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&address.storage)->sin_port);
}

bool answers(const UnixAddress& address) {
  const FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const auto* where = reinterpret_cast<const sockaddr*>(&address.address);
  // EAGAIN: the backlog is full, so somebody is there. Only a refusal proves that nobody is.
  return ::connect(socket.get(), where, address.length) == 0 || errno != ECONNREFUSED;
}

// Makes the path free, or says why it is not.
std::expected<void, BindFault> clear_stale(const std::string& path, const UnixAddress& address) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return {};
    return std::unexpected(failed("cannot look at", path, errno));
  }
  if (!S_ISSOCK(status.st_mode)) {
    return std::unexpected(path + " exists and is not a socket; move it away");
  }
  if (answers(address)) {
    return std::unexpected(path + " is in use: another server answers on it");
  }
  if (::unlink(path.c_str()) != 0) return std::unexpected(failed("cannot remove", path, errno));
  return {};
}

}  // namespace

std::expected<TcpListeners, BindFault> listen_tcp(const Endpoint& endpoint, unsigned count) {
  const auto shown = [&endpoint](std::uint16_t port) {
    return endpoint.address + " port " + std::to_string(port);
  };
  auto address = tcp_address(endpoint.address, endpoint.port);
  if (!address) return std::unexpected(address.error());
  if (endpoint.port != 0) {
    if (const auto free = probe(*address); !free) {
      return std::unexpected(failed("cannot listen on", shown(endpoint.port), free.error()));
    }
  }
  TcpListeners out;
  for (unsigned i = 0; i < count; ++i) {
    auto socket = bound(*address, true);
    if (!socket) {
      return std::unexpected(failed("cannot listen on", shown(endpoint.port), socket.error()));
    }
    // The first bind chose the port when none was given; the others join it.
    address->length = sizeof(address->storage);
    getsockname(socket->get(), raw(*address), &address->length);
    if (::listen(socket->get(), backlog) != 0) {
      return std::unexpected(failed("cannot listen on", shown(endpoint.port), errno));
    }
    out.sockets.push_back(std::move(*socket));
  }
  out.port = port_of(*address);
  return out;
}

UnixListener::~UnixListener() {
  if (path_.empty()) return;
  struct stat status{};
  // Not if another server has put its own socket there meanwhile.
  if (::lstat(path_.c_str(), &status) == 0 && status.st_dev == device_ && status.st_ino == inode_) {
    ::unlink(path_.c_str());
  }
}

std::expected<UnixListener, BindFault> listen_unix(const std::string& path, mode_t mode) {
  const auto address = unix_address(path);
  if (!address) return std::unexpected(failed("cannot listen on", path, address.error()));
  if (const auto cleared = clear_stale(path, *address); !cleared) {
    return std::unexpected(cleared.error());
  }
  UnixListener out;
  out.socket_ = FileDescriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const auto* where = reinterpret_cast<const sockaddr*>(&address->address);
  // Linux gives the file the mode that the socket has at bind: there is no moment at which others
  // could connect, and the umask of the process stays as it is.
  if (!out.socket_.open() || ::fchmod(out.socket_.get(), mode) != 0 ||
      ::bind(out.socket_.get(), where, address->length) != 0) {
    return std::unexpected(failed("cannot listen on", path, errno));
  }
  struct stat status{};
  // A umask has taken from it; nobody connects before we listen.
  if (::chmod(path.c_str(), mode) != 0 || ::lstat(path.c_str(), &status) != 0 ||
      ::listen(out.socket_.get(), backlog) != 0) {
    return std::unexpected(failed("cannot listen on", path, errno));
  }
  out.path_ = path;
  out.device_ = status.st_dev;
  out.inode_ = status.st_ino;
  return out;
}

Peer peer_of(int socket) {
  Peer peer;
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  if (getpeername(socket, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return peer;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (storage.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(storage);
    inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    peer.loopback = ntohl(v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
  } else if (storage.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(storage);
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
      inet_ntop(AF_INET, v6.sin6_addr.s6_addr + 12, text.data(), text.size());
      peer.loopback = v6.sin6_addr.s6_addr[12] == IN_LOOPBACKNET;
    } else {
      inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
      peer.loopback = IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
    }
  } else if (storage.ss_family == AF_UNIX) {
    peer.unix_socket = true;
    ucred credentials{};
    length = sizeof credentials;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0) {
      peer.uid = credentials.uid;
    }
  }
  peer.address = text.data();
  return peer;
}

}  // namespace lp::net
