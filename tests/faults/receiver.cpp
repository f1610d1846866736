#include "receiver.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <string_view>

#include "actors.h"
#include "json/parse.h"
#include "json/write.h"
#include "net/unix_client.h"

namespace lp::faults {
namespace {

constexpr int look_ms = 100;
constexpr std::size_t message_bytes_max = 16 << 20;
constexpr std::string_view accepted = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

bool readable(int file) {
  pollfd wait{file, POLLIN, 0};
  return poll(&wait, 1, look_ms) == 1;
}

// The body's length as its head says it.
std::optional<std::size_t> length_of(std::string_view head) {
  constexpr std::string_view name = "\r\ncontent-length:";
  std::string lower(head);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  std::size_t at = lower.find(name);
  if (at == std::string::npos) return std::nullopt;
  at = lower.find_first_not_of(' ', at + name.size());
  std::size_t length = 0;
  const auto [end, fault] = std::from_chars(lower.data() + at, lower.data() + lower.size(), length);
  if (fault != std::errc{} || length > message_bytes_max) return std::nullopt;
  return length;
}

}  // namespace

Receiver::Receiver() : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{.sin_family = AF_INET, .sin_port = 0};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (socket_ < 0 || bind(socket_, any, size) != 0 || listen(socket_, SOMAXCONN) != 0 ||
      getsockname(socket_, any, &size) != 0) {
    return;
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::jthread([this](const std::stop_token& stop) { accept_all(stop); });
}

std::optional<std::string> Receiver::subscribe(const Server& server) const {
  if (port_ == 0) return "the receiver has no port";
  auto body = json::Value::object();
  body.add("project", "default").add("url", "http://" + address() + "/hook");
  const auto added = net::call_unix(server.place().socket(), net::Method::post, "/admin/webhooks",
                                    json::compact(body));
  if (!added || added->status != 200) return "the webhook cannot be added";
  return std::nullopt;
}

void Receiver::forget() {
  std::list<Connection> ended;
  {
    const std::lock_guard lock(mutex_);
    ended.swap(connections_);
  }
  ended.clear();
  const std::lock_guard lock(mutex_);
  delivered_.clear();
  wrong_.clear();
}

Receiver::~Receiver() {
  acceptor_ = {};
  connections_.clear();
  if (socket_ >= 0) close(socket_);
}

void Receiver::accept_all(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (!readable(socket_)) continue;
    const int connection = accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    const std::lock_guard lock(mutex_);
    // Joined, for its stack stays mapped until then: a soak has tens of thousands of connections.
    connections_.remove_if([](const Connection& each) { return each.over.load(); });
    Connection& fresh = connections_.emplace_back();
    fresh.thread = std::jthread([this, connection, &fresh](const std::stop_token& own) {
      serve(own, connection);
      fresh.over = true;
    });
  }
}

void Receiver::serve(const std::stop_token& stop, int connection) {
  std::string buffer;
  std::array<char, 16'384> piece{};
  while (!stop.stop_requested() && buffer.size() <= message_bytes_max) {
    if (!readable(connection)) continue;
    const ssize_t count = recv(connection, piece.data(), piece.size(), 0);
    if (count <= 0) break;
    buffer.append(piece.data(), static_cast<std::size_t>(count));
    const std::size_t head = buffer.find("\r\n\r\n");
    if (head == std::string::npos) continue;
    const auto length = length_of(std::string_view(buffer).substr(0, head + 2));
    if (!length) break;
    if (buffer.size() < head + 4 + *length) continue;
    take(buffer.substr(head + 4, *length));
    buffer.erase(0, head + 4 + *length);
    if (send(connection, accepted.data(), accepted.size(), MSG_NOSIGNAL) < 0) break;
  }
  close(connection);
}

void Receiver::take(const std::string& body) {
  const auto document = json::parse(body);
  const json::Value* data = document ? document->root.find("data") : nullptr;
  const std::lock_guard lock(mutex_);
  if (data == nullptr) {
    wrong_.push_back("a webhook without data: " + body.substr(0, 100));
    return;
  }
  const std::string id(document->root.find_string("id").value_or(""));
  const Shown shown = shown_of(data->find_string("state").value_or(""));
  const std::string webhook_id(document->root.find_string("webhook_id").value_or(""));
  const auto [found, first] = delivered_.try_emplace(id);
  Delivered& delivered = found->second;
  if (!first && delivered.shown != shown) wrong_.push_back(id + ": two verdicts were delivered");
  if (!first && delivered.webhook_id != webhook_id) {
    wrong_.push_back(id + ": one decision was delivered under two ids");
  }
  delivered.shown = shown;
  delivered.webhook_id = webhook_id;
  delivered.download_url = data->find_string("state_download_url").value_or("");
  ++delivered.times;
}

std::map<std::string, Receiver::Delivered> Receiver::delivered() const {
  const std::lock_guard lock(mutex_);
  return delivered_;
}

std::optional<Receiver::Delivered> Receiver::find(const std::string& request) const {
  const std::lock_guard lock(mutex_);
  const auto found = delivered_.find(request);
  return found == delivered_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::string> Receiver::wrong() const {
  const std::lock_guard lock(mutex_);
  return wrong_;
}

}  // namespace lp::faults
