#include "net/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <utility>

namespace lp::net {

namespace asio = boost::asio;

namespace {

constexpr auto as_task = asio::as_tuple(asio::use_awaitable_t<Executor>());

}  // namespace

Connection::Connection(asio::io_context& io, FileDescriptor socket, Peer peer, Admission::Pass pass)
    : peer_(std::move(peer)), pass_(std::move(pass)), socket_(io) {
  const int family = peer_.unix_socket ? AF_UNIX : AF_INET;
  const int on = 1;
  if (!peer_.unix_socket) setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  boost::system::error_code error;
  socket_.assign(Protocol(family, 0), socket.get(), error);
  // On failure (no memory for epoll) the descriptor is closed here and the first read fails.
  if (!error) socket.release();
}

Task<IoResult> Connection::read_some(std::span<char> into) {
  return socket_.async_read_some(asio::buffer(into.data(), into.size()), as_task);
}

Task<IoResult> Connection::write(std::string_view head, std::string_view body) {
  const std::array<asio::const_buffer, 2> parts{asio::buffer(head), asio::buffer(body)};
  return asio::async_write(socket_, parts, as_task);
}

void Connection::wait(Event event, std::move_only_function<void()> then) {
  const auto kind =
      event == Event::readable ? decltype(socket_)::wait_read : decltype(socket_)::wait_error;
  socket_.async_wait(kind, [then = std::move(then)](boost::system::error_code) mutable { then(); });
}

Connection::PeerState Connection::look() {
  // A reset leaves unread bytes readable, so it is asked for first.
  pollfd state{socket_.native_handle(), POLLIN, 0};
  if (::poll(&state, 1, 0) == 1 && (state.revents & (POLLERR | POLLHUP)) != 0) {
    return PeerState::gone;
  }
  char byte = 0;
  const ssize_t seen = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (seen > 0) return PeerState::sent_more;
  const bool quiet = seen < 0 && (errno == EAGAIN || errno == EINTR);
  return quiet ? PeerState::quiet : PeerState::gone;
}

void Connection::cancel() {
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void Connection::finish_sending() {
  boost::system::error_code ignored;
  socket_.shutdown(asio::socket_base::shutdown_send, ignored);
}

void Connection::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace lp::net
