// One accepted socket, TCP or Unix, in the clear or under TLS, and what is known of its other end.
//
// It belongs to one net thread for life; a session owns it while a request runs, a parking place
// while it waits. This is the only file that instantiates Asio's socket operations.

#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <tuple>

#include "net/admission.h"
#include "net/file_descriptor.h"
#include "net/message.h"
#include "net/tls.h"

namespace lp::net {

using Executor = boost::asio::io_context::executor_type;
template <typename T>
using Task = boost::asio::awaitable<T, Executor>;
using IoResult = std::tuple<boost::system::error_code, std::size_t>;

class Connection {
 public:
  // A connection that was refused holds an empty pass. Without `tls` the bytes are in the clear.
  Connection(boost::asio::io_context& io, FileDescriptor socket, Peer peer, Admission::Pass pass,
             const TlsContext* tls);

  [[nodiscard]] const Peer& peer() const { return peer_; }
  [[nodiscard]] bool admitted() const { return pass_.counted(); }
  [[nodiscard]] bool encrypted() const { return tls_ != nullptr; }

  // Once, before anything is read or written under TLS. Whether both sides agreed.
  [[nodiscard]] bool needs_handshake() const { return tls_ && !tls_->shaken(); }
  Task<bool> handshake();

  // The memory must stay until the result is there.
  Task<IoResult> read_some(std::span<char> into);
  // One gathered write; `head` and `body` leave in that order, whole or not at all reported.
  Task<IoResult> write(std::string_view head, std::string_view body);

  // As much of `bytes` as leaves at once. When some is left: what to wait for, or that it is over.
  // The rest is to be offered at the same place in memory.
  struct Written {
    enum class Rest : std::uint8_t { none, when_readable, when_writable, never };
    std::size_t count = 0;
    Rest rest = Rest::none;
  };
  Written write_now(std::string_view bytes);

  enum class Event : std::uint8_t { readable, writable, broken };
  // `then` runs on the net thread, also when the wait is cancelled.
  void wait(Event event, std::move_only_function<void()> then);

  enum class PeerState : std::uint8_t { quiet, sent_more, gone };
  [[nodiscard]] PeerState look();

  void cancel();          // ends the operations under way
  void finish_sending();  // the peer sees the end; reading goes on
  void close();

 private:
  using Protocol = boost::asio::generic::stream_protocol;

  PeerState look_under_tls();
  Task<bool> ready_for(TlsStream::Status status);
  Task<IoResult> read_tls(std::span<char> into);
  Task<IoResult> write_tls(std::string_view head, std::string_view body);

  Peer peer_;
  Admission::Pass pass_;  // before the socket: room is made once the descriptor is closed
  boost::asio::basic_stream_socket<Protocol, Executor> socket_;
  std::unique_ptr<TlsStream> tls_;  // after the socket, which it says its last word through
};

}  // namespace lp::net
