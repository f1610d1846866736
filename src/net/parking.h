// Connections that wait for a topic: a slot each instead of a coroutine.
//
// One per net thread; all but `size` and `announced` run on that thread. The order that keeps a
// wake-up from being missed: the place is taken and counted first, then `render(false)` looks. Who
// announces makes the change visible first and looks at the count after. Whichever comes second
// sees the other.

#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "net/connection.h"
#include "net/message.h"
#include "net/park_index.h"
#include "net/session.h"

namespace lp::net {

// All that is left of a session while it is parked.
struct Parked {
  std::unique_ptr<Connection> connection;
  std::string unread;  // pipelined before the park; later bytes stay in the kernel
  Turn turn;
  std::move_only_function<std::optional<Reply>(bool expired)> render;
  std::move_only_function<void()> abandoned;
};

class Parking {
 public:
  // Takes over a connection whose park is over, to send the reply.
  using Resume = std::function<void(Parked&&, Reply&&)>;

  // `io` and `clock` outlive the parking.
  Parking(boost::asio::io_context& io, Clock& clock, Resume resume);

  // The reply, if there is one already; then `parked` is as it was. Otherwise it is moved from.
  std::optional<Reply> park(Parked& parked, Park park);

  // Renders for all that wait for one of the topics.
  void announce(const std::vector<std::string>& topics);
  // Ends every park as if its time were over.
  void expire_all();
  void clear();

  // From any thread.
  [[nodiscard]] std::size_t size() const { return size_.load(std::memory_order_relaxed); }
  // Whether an announcement made now concerns anybody here.
  [[nodiscard]] bool occupied() { return size_.fetch_add(0, std::memory_order_acq_rel) > 0; }

 private:
  using Ticket = ParkIndex::Ticket;

  void wake(Ticket ticket, bool expired);
  void watch(Ticket ticket, Connection::Event event);
  void look(Ticket ticket, Connection::Event event);
  void arm();
  void expire_due();
  Parked take(Ticket ticket);

  Clock& clock_;
  const Resume resume_;
  boost::asio::steady_timer timer_;
  std::optional<std::int64_t> armed_for_ms_;
  ParkIndex index_;
  // By place. Grows and never moves: a wait under way refers to its connection.
  std::deque<Parked> slots_;
  std::atomic<std::size_t> size_ = 0;
};

}  // namespace lp::net
