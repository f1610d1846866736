#include "static_server.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "connection.h"

namespace lp::bench {
namespace {

constexpr int start_ms_max = 10'000;

// One that nobody listens on now.
std::uint16_t free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  const bool bound = ::bind(socket, raw, length) == 0 && ::getsockname(socket, raw, &length) == 0;
  ::close(socket);
  return bound ? ntohs(address.sin_port) : std::uint16_t{0};
}

// One process, which ends with its parent's kill; its file stays open and it logs nothing: the
// quickest that it can.
std::string configuration(const std::string& home, std::uint16_t port) {
  return fmt::format(R"({1}
master_process off;
daemon off;
pid {0}/nginx.pid;
error_log {0}/error.log;
events {{ worker_connections 512; }}
http {{
  access_log off;
  keepalive_requests 100000000;
  open_file_cache max=10;
  sendfile on;
  default_type application/json;
  client_body_temp_path {0}/body;
  proxy_temp_path {0}/proxy;
  fastcgi_temp_path {0}/fastcgi;
  uwsgi_temp_path {0}/uwsgi;
  scgi_temp_path {0}/scgi;
  server {{ listen 127.0.0.1:{2}; root {0}; }}
}}
)",
                     home, ::geteuid() == 0 ? "user root;" : "", port);
}

bool answers(std::uint16_t port) {
  Connection client(port);
  if (!client.send(request_bytes("GET", "/static.json", port, ""))) return false;
  const auto answer = client.wait(start_ms_max);
  return answer && answer->status == 200;
}

}  // namespace

std::expected<std::unique_ptr<StaticServer>, std::string> StaticServer::start(
    const Options& options, std::string_view body) {
  if (options.nginx.empty()) return nullptr;
  std::unique_ptr<StaticServer> server(new StaticServer);
  const std::string& home = server->home_.path();
  server->port_ = free_port();
  std::ofstream(home + "/static.json") << body;
  std::ofstream(home + "/nginx.conf") << configuration(home, server->port_);
  faults::Command command{.words = on_first_processor(), .settings = {}, .log = home + "/log"};
  for (const std::string& word : {options.nginx, std::string("-p"), home, std::string("-c"),
                                  home + "/nginx.conf", std::string("-e"), home + "/error.log"}) {
    command.words.push_back(word);
  }
  auto started = faults::Child::start(command);
  if (!started) return std::unexpected(started.error());
  server->process_ = *std::move(started);
  const auto begun = std::chrono::steady_clock::now();
  while (!answers(server->port_)) {
    if (std::chrono::steady_clock::now() - begun > std::chrono::milliseconds(start_ms_max)) {
      return std::unexpected("nginx does not answer");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return server;
}

}  // namespace lp::bench
