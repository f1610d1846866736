// Connections that are written to without end: a slot each instead of a coroutine.
//
// One per net thread; all but `size` and `occupied` run on that thread. A stream is asked for its
// next words only when all before have left, so what is held for a slow reader is one chunk, and
// what cannot be written is waited for without a thread or a timer of its own. The order that keeps
// an announcement from being missed is that of parking.h: the place is counted first, then looked.

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

namespace lp::net {

class Streaming {
 public:
  // `io` and `clock` outlive it. A reader that takes nothing for `stuck_ms_max` is cut off.
  // `ended` is called after each stream that ends by itself.
  Streaming(boost::asio::io_context& io, Clock& clock, std::int64_t stuck_ms_max,
            std::function<void()> ended);

  // The head has left.
  void begin(std::unique_ptr<Connection> connection, Stream stream);
  void announce(const std::vector<std::string>& topics);
  // Last words for all; a stream that still has others to get rid of ends without.
  void stop_all();
  void clear();

  // From any thread.
  [[nodiscard]] std::size_t size() const { return size_.load(std::memory_order_relaxed); }
  // Whether an announcement made now concerns anybody here.
  [[nodiscard]] bool occupied() { return size_.fetch_add(0, std::memory_order_acq_rel) > 0; }

 private:
  using Ticket = ParkIndex::Ticket;

  struct Slot {
    std::unique_ptr<Connection> connection;
    std::move_only_function<Chunk(Prompt)> next;
    std::int64_t gap_ms = 0;
    std::string unsent;    // in place until all of it has left: TLS wants it so
    std::size_t sent = 0;  // of `unsent`
    std::int64_t spoke_ms = 0;
    std::int64_t again_ms = 0;
    bool announced = false;  // while it could not be asked
    bool last = false;
  };

  [[nodiscard]] Slot& slot(Ticket ticket) { return slots_[ticket.place]; }
  [[nodiscard]] std::int64_t gap_ms(const Slot& asked) const;
  void ask(Ticket ticket, Prompt prompt);
  void write(Ticket ticket);
  void rest(Ticket ticket);
  void end(Ticket ticket);
  std::unique_ptr<Connection> take(Ticket ticket);
  void watch(Ticket ticket, Connection::Event event);
  void look(Ticket ticket, Connection::Event event);
  void arm();
  void look_at_time();

  Clock& clock_;
  const std::int64_t stuck_ms_max_;
  const std::function<void()> ended_;
  boost::asio::steady_timer timer_;
  std::optional<std::int64_t> armed_for_ms_;
  ParkIndex index_;
  // By place. Grows and never moves: a wait under way refers to its connection.
  std::deque<Slot> slots_;
  std::atomic<std::size_t> size_ = 0;
};

}  // namespace lp::net
