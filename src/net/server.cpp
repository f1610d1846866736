#include "net/server.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "base/assert.h"
#include "net/listener.h"
#include "net/net_thread.h"
#include "net/service.h"

namespace lp::net {

struct Server::Impl {
  Impl(ServerOptions options, Handler public_handler, Handler admin_handler)
      : service(std::move(options), std::move(public_handler), std::move(admin_handler)) {}

  void bind();

  Service service;
  std::string error;
  std::uint16_t port = 0;
  UnixListener unix_listener;  // keeps the file; thread 0 has the socket
  std::vector<std::shared_ptr<NetThread>> net_threads;
  std::vector<std::thread> threads;
};

void Server::Impl::bind() {
  const ServerOptions& options = service.options;
  const unsigned count = std::max(options.threads, 1U);
  auto tcp = listen_tcp(options.endpoint, count);
  if (!tcp) {
    error = tcp.error();
    return;
  }
  port = tcp->port;
  for (unsigned i = 0; i < count; ++i) {
    net_threads.push_back(std::make_shared<NetThread>(i, service));
    net_threads.back()->add_listener(std::move(tcp->sockets[i]));
  }
  if (options.unix_socket.empty()) return;
  auto local = listen_unix(options.unix_socket);
  if (!local) {
    error = local.error();
    return;
  }
  unix_listener = std::move(*local);
  net_threads.front()->add_listener(std::move(unix_listener.socket()));
}

Server::Server(ServerOptions options, Handler public_handler, Handler admin_handler)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(public_handler),
                                   std::move(admin_handler))) {
  impl_->bind();
}

Server::~Server() {
  stop(0);
  for (const auto& thread : impl_->net_threads) thread->clear();
}

const std::string& Server::error() const {
  return impl_->error;
}

std::uint16_t Server::port() const {
  return impl_->port;
}

void Server::start() {
  LP_ASSERT(impl_->error.empty() && impl_->threads.empty());
  for (const auto& thread : impl_->net_threads) {
    impl_->threads.emplace_back([thread] { thread->run(); });
  }
}

void Server::announce(std::vector<std::string> topics) {
  const auto shared = std::make_shared<const std::vector<std::string>>(std::move(topics));
  // Agents first: they wait longer than those who asked just now.
  std::vector<NetThread*> others;
  for (const auto& thread : impl_->net_threads) {
    if (!thread->announce(shared)) others.push_back(thread.get());
  }
  for (NetThread* thread : others) thread->let_out();
}

void Server::use(std::shared_ptr<const TlsContext> tls) {
  LP_ASSERT(impl_->service.options.tls && tls);
  for (const auto& thread : impl_->net_threads) thread->use(tls);
}

void Server::stop(std::int64_t drain_ms) {
  for (const auto& thread : impl_->net_threads) thread->drain(drain_ms);
  for (auto& thread : impl_->threads) thread.join();
  impl_->threads.clear();
}

Server::Figures Server::figures() const {
  Figures figures;
  figures.connections = impl_->service.admission.connections();
  for (const auto& thread : impl_->net_threads) {
    figures.parked += thread->parked();
    figures.streams += thread->streams();
  }
  return figures;
}

}  // namespace lp::net
