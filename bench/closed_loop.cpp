#include "closed_loop.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <vector>

#include "base/assert.h"
#include "connection.h"

namespace lp::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int patience_ms = 10'000;
constexpr int events_max = 256;

double us_between(SteadyClock::time_point from, SteadyClock::time_point to) {
  return std::chrono::duration<double, std::micro>(to - from).count();
}

class Loop {
 public:
  Loop(std::uint16_t port, unsigned connections, Script& script, const Bounds& bounds)
      : script_(script), bounds_(bounds), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    LP_ASSERT(epoll_ >= 0);
    for (unsigned i = 0; i < connections; ++i) {
      clients_.push_back({.connection = Connection(port)});
      measured_.broken = measured_.broken || clients_.back().connection.broken();
      epoll_event event{.events = EPOLLIN, .data = {.u32 = i}};
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, clients_.back().connection.socket(), &event);
    }
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop() { ::close(epoll_); }

  Measured run() {
    begun_ = SteadyClock::now();
    for (auto& client : clients_) ask(client);
    while (waiting_ > 0 && !measured_.broken) {
      std::array<epoll_event, events_max> events;
      const int count = ::epoll_wait(epoll_, events.data(), events_max, patience_ms);
      if (count <= 0) measured_.broken = true;
      for (int i = 0; i < count; ++i) look(clients_[events[static_cast<std::size_t>(i)].data.u32]);
    }
    measured_.seconds = us_between(begun_, SteadyClock::now()) / 1e6;
    return std::move(measured_);
  }

 private:
  struct Client {
    Connection connection;
    std::string request = {};
    std::int64_t number = 0;
    SteadyClock::time_point sent = {};
  };

  void ask(Client& client) {
    const bool over = asked_ >= bounds_.requests ||
                      us_between(begun_, SteadyClock::now()) >= bounds_.seconds * 1e6;
    if (over || measured_.broken) return;
    client.number = script_.next(client.request);
    if (client.number < 0) return;
    ++asked_;
    ++waiting_;
    client.sent = SteadyClock::now();
    if (!client.connection.send(client.request)) measured_.broken = true;
  }

  void look(Client& client) {
    const auto answer = client.connection.take();
    if (client.connection.broken()) measured_.broken = true;
    if (!answer) return;
    --waiting_;
    if (answer->status == 200) {
      measured_.latencies.add(us_between(client.sent, SteadyClock::now()));
      script_.answered(client.number, answer->body);
    } else if (++measured_.refused == 1) {
      measured_.first_refusal = std::to_string(answer->status) + " " + std::string(answer->body);
    }
    ask(client);
  }

  Script& script_;
  const Bounds bounds_;
  const int epoll_;
  std::vector<Client> clients_;
  Measured measured_;
  SteadyClock::time_point begun_;
  std::uint64_t asked_ = 0, waiting_ = 0;
};

}  // namespace

double Measured::rate() const {
  return seconds > 0 ? static_cast<double>(latencies.count()) / seconds : 0;
}

Measured drive(std::uint16_t port, unsigned connections, Script& script, const Bounds& bounds) {
  return Loop(port, connections, script, bounds).run();
}

}  // namespace lp::bench
