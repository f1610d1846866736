#include "open_loop.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <vector>

#include "base/assert.h"
#include "connection.h"

namespace lp::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int patience_ms = 10'000;
constexpr int events_max = 256;
constexpr std::uint32_t timer_event = UINT32_MAX;
// How often what is due is looked for.
constexpr long tick_ns = 200'000;

class Offering {
 public:
  Offering(std::uint16_t port, Script& script, const Offer& offered)
      : script_(script),
        offer_(offered),
        epoll_(::epoll_create1(EPOLL_CLOEXEC)),
        timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {
    LP_ASSERT(epoll_ >= 0 && timer_ >= 0);
    for (unsigned i = 0; i < offered.connections; ++i) {
      clients_.push_back({.connection = Connection(port)});
      measured_.broken = measured_.broken || clients_.back().connection.broken();
      watch(clients_.back().connection.socket(), i);
      free_.push_back(i);
    }
    watch(timer_, timer_event);
  }
  Offering(const Offering&) = delete;
  Offering& operator=(const Offering&) = delete;
  ~Offering() {
    ::close(timer_);
    ::close(epoll_);
  }

  Measured run() {
    const itimerspec tick{.it_interval = {.tv_sec = 0, .tv_nsec = tick_ns},
                          .it_value = {.tv_sec = 0, .tv_nsec = tick_ns}};
    LP_ASSERT(::timerfd_settime(timer_, 0, &tick, nullptr) == 0);
    begun_ = SteadyClock::now();
    auto answered = begun_;
    while (answered_ < offer_.requests && !measured_.broken) {
      std::array<epoll_event, events_max> events;
      const int count = ::epoll_wait(epoll_, events.data(), events_max, patience_ms);
      const std::uint64_t before = answered_;
      for (int i = 0; i < count; ++i) look(events[static_cast<std::size_t>(i)].data.u32);
      send_due();
      if (answered_ != before) answered = SteadyClock::now();
      if (SteadyClock::now() - answered > std::chrono::milliseconds(patience_ms)) {
        measured_.broken = true;
      }
    }
    measured_.seconds = std::chrono::duration<double>(answered - begun_).count();
    return std::move(measured_);
  }

 private:
  struct Client {
    Connection connection;
    std::string request = {};
    std::int64_t number = 0;
    SteadyClock::time_point due = {};
  };

  void watch(int file, std::uint32_t name) const {
    epoll_event event{.events = EPOLLIN, .data = {.u32 = name}};
    LP_ASSERT(::epoll_ctl(epoll_, EPOLL_CTL_ADD, file, &event) == 0);
  }

  [[nodiscard]] SteadyClock::time_point due_at(std::uint64_t request) const {
    return begun_ + std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(
                        static_cast<double>(request) / offer_.per_second));
  }

  // What is due goes out on connections that wait for nothing, the oldest first.
  void send_due() {
    while (sent_ < offer_.requests && !free_.empty() && due_at(sent_) <= SteadyClock::now()) {
      Client& client = clients_[free_.back()];
      free_.pop_back();
      client.due = due_at(sent_);
      client.number = script_.next(client.request);
      ++sent_;
      if (client.number < 0 || !client.connection.send(client.request)) measured_.broken = true;
    }
  }

  void look(std::uint32_t name) {
    if (name == timer_event) {
      std::uint64_t ticks = 0;
      [[maybe_unused]] const ssize_t count = ::read(timer_, &ticks, sizeof ticks);
      return;
    }
    Client& client = clients_[name];
    const auto answer = client.connection.take();
    if (client.connection.broken()) measured_.broken = true;
    if (!answer) return;
    ++answered_;
    free_.push_back(name);
    if (answer->status == 200) {
      measured_.latencies.add(
          std::chrono::duration<double, std::micro>(SteadyClock::now() - client.due).count());
      script_.answered(client.number, answer->body);
    } else if (++measured_.refused == 1) {
      measured_.first_refusal = std::to_string(answer->status) + " " + std::string(answer->body);
    }
  }

  Script& script_;
  const Offer offer_;
  const int epoll_, timer_;
  std::vector<Client> clients_;
  std::vector<std::uint32_t> free_;
  Measured measured_;
  SteadyClock::time_point begun_;
  std::uint64_t sent_ = 0, answered_ = 0;
};

}  // namespace

Measured offer(std::uint16_t port, Script& script, const Offer& offered) {
  return Offering(port, script, offered).run();
}

}  // namespace lp::bench
