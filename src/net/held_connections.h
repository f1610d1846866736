// Connections that nobody runs on, a slot each instead of a coroutine: who waits for which topic,
// whose time is over, and whose other end has gone. What is said to them is up to the holder
// (parking.h, streaming.h).
//
// One per holder and net thread; all but `size` and `concerned` run on that thread. The order that
// keeps an announcement from being missed: `add` counts first, then the holder looks at what there
// is. Who announces makes the change visible first and looks at the counts after. Whichever comes
// second sees the other.

#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "net/connection.h"
#include "net/park_index.h"

namespace lp::net {

// `Slot` has a `std::unique_ptr<Connection> connection`.
template <typename Slot>
class HeldConnections {
 public:
  using Ticket = ParkIndex::Ticket;
  using Told = std::function<void(Ticket)>;

  // `io` and `clock` outlive it. `gone` is told whose other end has gone, `due` whose time is over.
  HeldConnections(boost::asio::io_context& io, Clock& clock, Told gone, Told due)
      : clock_(clock), gone_(std::move(gone)), due_(std::move(due)), timer_(io) {}

  // An empty slot.
  Ticket add(std::string topic, std::int64_t deadline_ms) {
    size_.fetch_add(1, std::memory_order_relaxed);
    count_of(topic).fetch_add(1, std::memory_order_acq_rel);
    const Ticket ticket = index_.add(std::move(topic), deadline_ms);
    if (slots_.size() <= ticket.place) slots_.resize(ticket.place + 1);
    return ticket;
  }
  [[nodiscard]] Slot& slot(Ticket ticket) { return slots_[ticket.place]; }
  // The slot has its connection: from now on its end and its deadline are noticed.
  void watch(Ticket ticket) {
    wait(ticket, Connection::Event::readable);
    arm();
  }
  void postpone(Ticket ticket, std::int64_t deadline_ms) {
    index_.postpone(ticket, deadline_ms);
    arm();
  }
  Slot take(Ticket ticket) {
    count_of(index_.topic(ticket)).fetch_sub(1, std::memory_order_acq_rel);
    size_.fetch_sub(1, std::memory_order_relaxed);
    index_.remove(ticket);
    Slot taken = std::exchange(slot(ticket), Slot());
    if (taken.connection) taken.connection->cancel();
    return taken;
  }
  void clear() {
    timer_.cancel();
    for (const Ticket ticket : index_.all()) take(ticket);
  }

  // A ticket of these lists may be void by the time it is looked at: ask `held`.
  [[nodiscard]] std::vector<Ticket> waiting_for(std::string_view topic) const {
    return index_.waiting_for(topic);
  }
  [[nodiscard]] std::vector<Ticket> all() const { return index_.all(); }
  [[nodiscard]] bool held(Ticket ticket) const { return index_.held(ticket); }

  // From any thread.
  [[nodiscard]] std::size_t size() const { return size_.load(std::memory_order_relaxed); }
  // Whether an announcement of these made now may concern somebody here: sometimes yes although
  // it does not, never no although it does.
  [[nodiscard]] bool concerned(const std::vector<std::string>& topics) {
    return std::ranges::any_of(topics, [this](const std::string& topic) {
      return count_of(topic).fetch_add(0, std::memory_order_acq_rel) > 0;
    });
  }

 private:
  // How many wait for the topics that share this place.
  std::atomic<std::uint32_t>& count_of(std::string_view topic) {
    return counts_[std::hash<std::string_view>()(topic) % counts_.size()];
  }

  void wait(Ticket ticket, Connection::Event event) {
    slot(ticket).connection->wait(event, [this, ticket, event] {
      if (index_.held(ticket)) look(ticket, event);
    });
  }

  void look(Ticket ticket, Connection::Event event) {
    const Connection::PeerState state = slot(ticket).connection->look();
    if (state == Connection::PeerState::gone) return gone_(ticket);
    // Broken, and yet not: an urgent byte, say. It stays, so waiting again would return at once
    // again and again. Such a client is found gone when it is written to.
    if (event == Connection::Event::broken) return;
    // What it sends while it is held stays in the kernel: the same, but here a reset can still be
    // waited for.
    const bool sent_more = state == Connection::PeerState::sent_more;
    wait(ticket, sent_more ? Connection::Event::broken : Connection::Event::readable);
  }

  void arm() {
    const auto next_ms = index_.next_deadline();
    if (!next_ms || (armed_for_ms_ && *armed_for_ms_ <= *next_ms)) return;
    armed_for_ms_ = next_ms;
    const std::int64_t left_ms = std::max<std::int64_t>(*next_ms - clock_.monotonic_ms(), 0);
    timer_.expires_after(std::chrono::milliseconds(left_ms));
    timer_.async_wait([this](boost::system::error_code error) {
      if (!error) tell_due();
    });
  }

  void tell_due() {
    armed_for_ms_.reset();
    for (const Ticket ticket : index_.due(clock_.monotonic_ms())) {
      if (index_.held(ticket)) due_(ticket);
    }
    arm();
  }

  Clock& clock_;
  const Told gone_;
  const Told due_;
  boost::asio::steady_timer timer_;
  std::optional<std::int64_t> armed_for_ms_;
  ParkIndex index_;
  // By place. Grows and never moves: a wait under way refers to its connection.
  std::deque<Slot> slots_;
  std::atomic<std::size_t> size_ = 0;
  std::array<std::atomic<std::uint32_t>, 1'024> counts_{};
};

}  // namespace lp::net
