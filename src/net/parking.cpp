#include "net/parking.h"

#include <algorithm>
#include <new>
#include <utility>

#include "net/fault.h"

namespace lp::net {

namespace {

// No hold is longer than a day: beyond that a caller means "for ever", which nothing here is.
constexpr std::int64_t hold_ms_max = 24LL * 3'600 * 1'000;

std::optional<Reply> rendered(std::move_only_function<std::optional<Reply>(bool)>& render,
                              bool expired) {
  try {
    auto reply = render(expired);
    if (!reply && expired) reply = fault_reply(Fault::no_answer);
    return reply;
  } catch (const std::bad_alloc&) {
    return fault_reply(Fault::out_of_memory);
  }
}

}  // namespace

Parking::Parking(boost::asio::io_context& io, Clock& clock, Resume resume)
    : clock_(clock),
      resume_(std::move(resume)),
      held_(
          io, clock, [this](Ticket ticket) { abandon(ticket); },
          [this](Ticket ticket) { wake(ticket, true); }) {}

std::optional<Reply> Parking::park(Parked& parked, Park park) {
  const std::int64_t hold_ms = std::clamp<std::int64_t>(park.hold_ms, 0, hold_ms_max);
  const Ticket ticket = held_.add(std::move(park.topic), clock_.monotonic_ms() + hold_ms);
  auto reply = rendered(park.render, false);
  if (!reply && hold_ms == 0) reply = rendered(park.render, true);
  if (reply) {
    held_.take(ticket);
    return reply;
  }
  Parked& slot = held_.slot(ticket);
  slot = std::move(parked);
  slot.render = std::move(park.render);
  slot.abandoned = std::move(park.abandoned);
  held_.watch(ticket);
  return {};
}

void Parking::wake(Ticket ticket, bool expired) {
  // Another's render may have ended this park.
  if (!held_.held(ticket)) return;
  auto reply = rendered(held_.slot(ticket).render, expired);
  if (reply) resume_(held_.take(ticket), std::move(*reply));
}

void Parking::abandon(Ticket ticket) {
  Parked gone = held_.take(ticket);
  if (gone.abandoned) gone.abandoned();
}

void Parking::announce(const std::vector<std::string>& topics) {
  for (const auto& topic : topics) {
    for (const Ticket ticket : held_.waiting_for(topic)) wake(ticket, false);
  }
}

void Parking::expire_all() {
  for (const Ticket ticket : held_.all()) wake(ticket, true);
}

}  // namespace lp::net
