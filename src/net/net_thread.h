// A net thread: its io_context, its listeners, its sessions, and its parked and streaming
// connections.
//
// A socket accepted here stays here, so nothing of it needs a lock. What other threads may call is
// marked; everything else runs on the thread itself.

#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "base/time.h"
#include "net/doorbell.h"
#include "net/file_descriptor.h"
#include "net/parking.h"
#include "net/service.h"
#include "net/session_watch.h"
#include "net/streaming.h"

namespace lp::net {

// An answer from another thread for a session of this one; made here.
struct Delivery {
  std::weak_ptr<Session> session;
  std::uint64_t turn_number = 0;
  std::move_only_function<Outcome()> make;
};

// Shared with the responders that other threads hold (responder.h).
class NetThread : public std::enable_shared_from_this<NetThread> {
 public:
  // `service` outlives the thread's run; `clear` lets go of all that refers to it.
  NetThread(unsigned number, Service& service);
  ~NetThread();

  // Before `run`.
  void add_listener(FileDescriptor socket);

  // The body of the thread; returns once drained.
  void run();

  // From any thread.
  // Wakes those of this thread who wait for one of them, and lets out what `let_out` would; false,
  // and nothing done, when nobody does.
  using Topics = std::shared_ptr<const std::vector<std::string>>;
  bool announce(const Topics& topics);
  // What was delivered `with_announcement`.
  void let_out();
  void use(std::shared_ptr<const TlsContext> tls);
  void drain(std::int64_t drain_ms);
  enum class Leaves : bool { now, with_announcement };
  void deliver(Delivery&& delivery, Leaves leaves);
  [[nodiscard]] std::size_t parked() const { return parking_.size(); }
  [[nodiscard]] std::size_t streams() const { return streaming_.size(); }
  [[nodiscard]] boost::asio::io_context& io() { return io_; }

  // After `run` has returned.
  void clear();

  // For sessions.
  [[nodiscard]] Service& service() { return service_; }
  [[nodiscard]] const Limits& limits() const { return service_.options.limits; }
  [[nodiscard]] SessionWatch& watch() { return watch_; }
  [[nodiscard]] bool draining() const { return draining_; }
  [[nodiscard]] std::int64_t now_ms() { return clock_.monotonic_ms(); }
  [[nodiscard]] std::string_view date();
  std::optional<Reply> park(Parked& parked, Park park);
  void stream(std::unique_ptr<Connection> connection, Stream stream,
              std::unique_ptr<Streaming::WaitingHead> head);
  void session_ended(bool was_refusal);

 private:
  using Descriptor =
      boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>;

  void wait_for_clients(Descriptor& listener);
  void accept_clients(Descriptor& listener);
  void shed(Descriptor& listener);
  void admit(FileDescriptor socket);
  void schedule_sweep();
  void begin_drain(std::int64_t drain_ms);
  void end_drain(std::int64_t grace_ms);
  void stop_if_drained();
  void answer_bell();
  void take_deliveries();
  [[nodiscard]] bool has_deliveries();

  const unsigned number_;
  Service& service_;
  SystemClock clock_;
  boost::asio::io_context io_;
  SessionWatch watch_;
  Parking parking_;
  Streaming streaming_;
  std::shared_ptr<const TlsContext> tls_;  // for the clients to come; none: in the clear
  std::deque<Descriptor> listeners_;
  std::vector<Descriptor*> resting_listeners_;  // out of descriptors: until the next sweep
  boost::asio::steady_timer sweep_timer_;
  boost::asio::steady_timer drain_timer_;
  FileDescriptor spare_;  // given up for a moment to turn a client away when there is no other
  std::size_t refusals_ = 0;
  bool draining_ = false;
  // What other threads brought; they ring afterwards.
  Mutex box_mutex_;
  std::vector<Delivery> deliveries_ __attribute__((guarded_by(box_mutex_)));
  std::vector<Topics> announcements_ __attribute__((guarded_by(box_mutex_)));
  Doorbell bell_;
  std::int64_t date_second_ = -1;
  std::string date_;
};

}  // namespace lp::net
