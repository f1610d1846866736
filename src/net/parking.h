// Connections that wait for a topic until there is something to answer, or their time is over.
//
// One per net thread; all but `size` and `concerned` run on that thread. No wake-up is missed
// (held_connections.h): the place is counted first, then `render(false)` looks.

#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "net/connection.h"
#include "net/held_connections.h"
#include "net/message.h"
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
  void clear() { held_.clear(); }

  // From any thread.
  [[nodiscard]] std::size_t size() const { return held_.size(); }
  // Whether an announcement of these made now may concern somebody here.
  [[nodiscard]] bool concerned(const std::vector<std::string>& topics) {
    return held_.concerned(topics);
  }

 private:
  using Ticket = HeldConnections<Parked>::Ticket;

  void wake(Ticket ticket, bool expired);
  void abandon(Ticket ticket);

  Clock& clock_;
  const Resume resume_;
  HeldConnections<Parked> held_;
};

}  // namespace lp::net
