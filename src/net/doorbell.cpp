#include "net/doorbell.h"

#include <sys/eventfd.h>

#include <cstdint>
#include <utility>

#include "base/assert.h"

namespace lp::net {
namespace {

int new_bell() {
  const int bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  LP_ASSERT(bell >= 0);
  return bell;
}

}  // namespace

Doorbell::Doorbell(boost::asio::io_context& io, std::function<void()> answer)
    : bell_(io, new_bell()), answer_(std::move(answer)) {
  listen();
}

void Doorbell::ring() {
  if (!rung_.exchange(true)) LP_ASSERT(eventfd_write(bell_.native_handle(), 1) == 0);
}

void Doorbell::listen() {
  bell_.async_wait(decltype(bell_)::wait_read, [this](boost::system::error_code error) {
    if (error) return;
    eventfd_t count = 0;
    eventfd_read(bell_.native_handle(), &count);
    // Before the answer looks: what comes from here on rings again.
    rung_ = false;
    answer_();
    listen();
  });
}

}  // namespace lp::net
