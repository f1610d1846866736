#include "net/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <string>
#include <utility>

#include "base/assert.h"

namespace lp::net {

namespace asio = boost::asio;

namespace {

constexpr auto as_task = asio::as_tuple(asio::use_awaitable_t<Executor>());

// The longest piece that one TLS record holds (RFC 8446 §5.1).
constexpr std::size_t record_bytes_max = 16 * 1024;

IoResult lost() {
  return {asio::error::connection_aborted, 0};
}

}  // namespace

Connection::Connection(asio::io_context& io, FileDescriptor socket, Peer peer, Admission::Pass pass,
                       const TlsContext* tls)
    : peer_(std::move(peer)), pass_(std::move(pass)), socket_(io) {
  const int family = peer_.unix_socket ? AF_UNIX : AF_INET;
  const int on = 1;
  if (!peer_.unix_socket) setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  boost::system::error_code error;
  socket_.assign(Protocol(family, 0), socket.get(), error);
  // On failure (no memory for epoll) the descriptor is closed here and the first read fails.
  if (!error) socket.release();
  if (tls != nullptr) tls_ = std::make_unique<TlsStream>(*tls, socket_.native_handle());
}

// Waits for what TLS needs to go on. False when that is nothing, or the wait was cancelled.
Task<bool> Connection::ready_for(TlsStream::Status status) {
  if (status != TlsStream::Status::wants_read && status != TlsStream::Status::wants_write) {
    co_return false;
  }
  const auto kind = status == TlsStream::Status::wants_read ? decltype(socket_)::wait_read
                                                            : decltype(socket_)::wait_write;
  const auto waited = co_await socket_.async_wait(kind, as_task);
  co_return !std::get<0>(waited);
}

Task<bool> Connection::handshake() {
  for (;;) {
    const TlsStream::Status status = tls_->handshake();
    if (status == TlsStream::Status::done) co_return true;
    const bool again = co_await ready_for(status);
    if (!again) co_return false;
  }
}

Task<IoResult> Connection::read_tls(std::span<char> into) {
  for (;;) {
    const auto [status, count] = tls_->read(into);
    if (status == TlsStream::Status::done) co_return IoResult{{}, count};
    const bool again = co_await ready_for(status);
    if (!again) co_return lost();
  }
}

Task<IoResult> Connection::write_tls(std::string_view head, std::string_view body) {
  // A short reply is one record and one packet.
  std::string first(head);
  const std::size_t with_head =
      std::min(body.size(), record_bytes_max - head.size() % record_bytes_max);
  first.append(body.substr(0, with_head));
  std::size_t written = 0;
  for (std::string_view rest : {std::string_view(first), body.substr(with_head)}) {
    while (!rest.empty()) {
      const auto [status, count] = tls_->write(rest);
      rest.remove_prefix(count);
      written += count;
      if (status == TlsStream::Status::done) continue;
      const bool again = co_await ready_for(status);
      if (!again) co_return lost();
    }
  }
  // Nothing above need have waited: without this a client that never stops asking would keep the
  // thread to itself.
  co_await asio::post(socket_.get_executor(), asio::use_awaitable_t<Executor>());
  co_return IoResult{{}, written};
}

Task<IoResult> Connection::read_some(std::span<char> into) {
  if (tls_) return read_tls(into);
  return socket_.async_read_some(asio::buffer(into.data(), into.size()), as_task);
}

Task<IoResult> Connection::write(std::string_view head, std::string_view body) {
  if (tls_) return write_tls(head, body);
  const std::array<asio::const_buffer, 2> parts{asio::buffer(head), asio::buffer(body)};
  return asio::async_write(socket_, parts, as_task);
}

Connection::Written Connection::write_now(std::string_view bytes) {
  using Rest = Written::Rest;
  Written written;
  while (written.count < bytes.size()) {
    const std::string_view rest = bytes.substr(written.count);
    if (tls_) {
      const auto [status, count] = tls_->write(rest);
      written.count += count;
      if (status == TlsStream::Status::done) continue;
      written.rest = status == TlsStream::Status::wants_read    ? Rest::when_readable
                     : status == TlsStream::Status::wants_write ? Rest::when_writable
                                                                : Rest::never;
      return written;
    }
    const ssize_t sent =
        ::send(socket_.native_handle(), rest.data(), rest.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) {
      written.count += static_cast<std::size_t>(sent);
    } else if (errno != EINTR) {
      const bool full = errno == EAGAIN || errno == ENOBUFS;
      written.rest = full ? Rest::when_writable : Rest::never;
      return written;
    }
  }
  return written;
}

void Connection::wait(Event event, std::move_only_function<void()> then) {
  const auto kind = event == Event::readable   ? decltype(socket_)::wait_read
                    : event == Event::writable ? decltype(socket_)::wait_write
                                               : decltype(socket_)::wait_error;
  socket_.async_wait(kind, [then = std::move(then)](boost::system::error_code) mutable { then(); });
}

Connection::PeerState Connection::look() {
  // A reset leaves unread bytes readable, so it is asked for first.
  pollfd state{socket_.native_handle(), POLLIN, 0};
  if (::poll(&state, 1, 0) == 1 && (state.revents & (POLLERR | POLLHUP)) != 0) {
    return PeerState::gone;
  }
  if (tls_) return look_under_tls();
  char byte = 0;
  const ssize_t seen = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (seen > 0) return PeerState::sent_more;
  const bool quiet = seen < 0 && (errno == EAGAIN || errno == EINTR);
  return quiet ? PeerState::quiet : PeerState::gone;
}

// The bytes that the kernel holds may be no more than a farewell.
Connection::PeerState Connection::look_under_tls() {
  switch (tls_->peek()) {
    case TlsStream::Status::done:
      return PeerState::sent_more;
    case TlsStream::Status::wants_read:
    case TlsStream::Status::wants_write:
      return PeerState::quiet;
    case TlsStream::Status::ended:
    case TlsStream::Status::broken:
      return PeerState::gone;
  }
  LP_ASSERT(false);
  return PeerState::gone;
}

void Connection::cancel() {
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void Connection::finish_sending() {
  if (tls_) tls_->finish_sending();
  boost::system::error_code ignored;
  socket_.shutdown(asio::socket_base::shutdown_send, ignored);
}

void Connection::close() {
  if (tls_) tls_->detach();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace lp::net
