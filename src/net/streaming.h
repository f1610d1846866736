// Connections that are written to without end.
//
// One per net thread; all but `size` and `occupied` run on that thread. A stream is asked for its
// next words only when all before have left, so what is held for a slow reader is one chunk, and
// what cannot be written is waited for without a thread or a timer of its own. No announcement is
// missed (held_connections.h): the place is counted first, then the stream is asked.

#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "net/connection.h"
#include "net/held_connections.h"
#include "net/message.h"

namespace lp::net {

class Streaming {
 public:
  // `io` and `clock` outlive it. A reader that takes nothing for `stuck_ms_max` is cut off.
  // `ended` is called after each stream that ends by itself.
  Streaming(boost::asio::io_context& io, Clock& clock, std::int64_t stuck_ms_max,
            std::function<void()> ended);

  // A head that leaves with the first words of its stream, or not at all.
  struct WaitingHead {
    Reply reply;
    std::string fixed_headers;
  };

  // Without a `head` it has left.
  void begin(std::unique_ptr<Connection> connection, Stream stream,
             std::unique_ptr<WaitingHead> head);
  void announce(const std::vector<std::string>& topics);
  // Last words for all; a stream that still has others to get rid of ends without.
  void stop_all();
  void clear();

  // From any thread.
  [[nodiscard]] std::size_t size() const { return held_.size(); }
  // Whether an announcement of these made now may concern somebody here.
  [[nodiscard]] bool concerned(const std::vector<std::string>& topics) {
    return held_.concerned(topics);
  }

 private:
  struct Slot {
    std::unique_ptr<Connection> connection;
    std::move_only_function<Chunk(Prompt)> next;
    std::unique_ptr<WaitingHead> head;
    std::int64_t gap_ms = 0;
    std::string unsent;    // in place until all of it has left: TLS wants it so
    std::size_t sent = 0;  // of `unsent`
    std::int64_t spoke_ms = 0;
    std::int64_t again_ms = 0;
    bool announced = false;  // while it could not be asked
    bool last = false;
  };

  using Ticket = HeldConnections<Slot>::Ticket;

  [[nodiscard]] std::int64_t gap_ms(const Slot& asked) const;
  void ask(Ticket ticket, Prompt prompt);
  void put_head(Slot& begun, Chunk& first) const;
  void write(Ticket ticket);
  void rest(Ticket ticket);
  void end(Ticket ticket);
  void look_at_time(Ticket ticket);

  Clock& clock_;
  const std::int64_t stuck_ms_max_;
  const std::function<void()> ended_;
  HeldConnections<Slot> held_;
};

}  // namespace lp::net
