// How other threads call a net thread. Asio's `post` holds the loop's lock while it wakes the loop,
// so that a loop that comes at once waits for whoever woke it; an event descriptor has no lock.

#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>

namespace lp::net {

class Doorbell {
 public:
  // `answer` runs on the thread of `io`, at least once after each ring.
  Doorbell(boost::asio::io_context& io, std::function<void()> answer);

  // From any thread.
  void ring();

 private:
  void listen();

  boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> bell_;
  const std::function<void()> answer_;
  std::atomic<bool> rung_ = false;  // and not yet heard
};

}  // namespace lp::net
