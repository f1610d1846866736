// Listening sockets: bound once, before any thread runs. Plain POSIX; net_thread waits on them.

#pragma once

#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "net/file_descriptor.h"
#include "net/message.h"
#include "net/server.h"

namespace lp::net {

struct TcpListeners {
  std::vector<FileDescriptor> sockets;  // one a thread, sharing the port (SO_REUSEPORT)
  std::uint16_t port = 0;
};

// Why it could not be had, as a sentence for the log.
using BindFault = std::string;

// Refuses a port on which somebody listens already, even another server of ours: sharing ports
// between two processes would split their clients at random.
std::expected<TcpListeners, BindFault> listen_tcp(const Endpoint& endpoint, unsigned count);

// A listening Unix socket, of its mode from its first moment, that removes its file when destroyed.
class UnixListener {
 public:
  UnixListener() = default;
  UnixListener(UnixListener&& other) noexcept = default;
  UnixListener& operator=(UnixListener&& other) noexcept = default;
  ~UnixListener();

  [[nodiscard]] FileDescriptor& socket() { return socket_; }

 private:
  friend std::expected<UnixListener, BindFault> listen_unix(const std::string& path, mode_t mode);
  FileDescriptor socket_;
  std::string path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

// A socket file that nobody answers on is left over from a crash and is replaced; one with a
// listener behind it, or anything that is not a socket, is left alone and refused.
std::expected<UnixListener, BindFault> listen_unix(const std::string& path, mode_t mode = 0600);

// Who is at the other end of an accepted socket.
Peer peer_of(int socket);

}  // namespace lp::net
