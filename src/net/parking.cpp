#include "net/parking.h"

#include <algorithm>
#include <chrono>
#include <limits>
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
    : clock_(clock), resume_(std::move(resume)), timer_(io) {}

std::optional<Reply> Parking::park(Parked& parked, Park park) {
  const std::int64_t hold_ms = std::clamp<std::int64_t>(park.hold_ms, 0, hold_ms_max);
  size_.fetch_add(1, std::memory_order_acq_rel);
  const Ticket ticket = index_.add(std::move(park.topic), clock_.monotonic_ms() + hold_ms);
  auto reply = rendered(park.render, false);
  if (!reply && hold_ms == 0) reply = rendered(park.render, true);
  if (reply) {
    index_.remove(ticket);
    size_.fetch_sub(1, std::memory_order_acq_rel);
    return reply;
  }
  if (slots_.size() <= ticket.place) slots_.resize(ticket.place + 1);
  Parked& slot = slots_[ticket.place];
  slot = std::move(parked);
  slot.render = std::move(park.render);
  slot.abandoned = std::move(park.abandoned);
  watch(ticket, Connection::Event::readable);
  arm();
  return {};
}

Parked Parking::take(Ticket ticket) {
  index_.remove(ticket);
  size_.fetch_sub(1, std::memory_order_acq_rel);
  Parked taken = std::exchange(slots_[ticket.place], Parked());
  taken.connection->cancel();
  return taken;
}

void Parking::wake(Ticket ticket, bool expired) {
  // Another's render may have ended this park.
  if (!index_.held(ticket)) return;
  auto reply = rendered(slots_[ticket.place].render, expired);
  if (reply) resume_(take(ticket), std::move(*reply));
}

void Parking::announce(const std::vector<std::string>& topics) {
  for (const auto& topic : topics) {
    for (const Ticket ticket : index_.waiting_for(topic)) wake(ticket, false);
  }
}

void Parking::expire_all() {
  for (const Ticket ticket : index_.all()) wake(ticket, true);
}

void Parking::clear() {
  timer_.cancel();
  for (const Ticket ticket : index_.all()) take(ticket);
}

void Parking::watch(Ticket ticket, Connection::Event event) {
  slots_[ticket.place].connection->wait(event, [this, ticket, event] {
    if (index_.held(ticket)) look(ticket, event);
  });
}

// Something happened on a parked connection.
void Parking::look(Ticket ticket, Connection::Event event) {
  const Connection::PeerState state = slots_[ticket.place].connection->look();
  if (state == Connection::PeerState::gone) {
    Parked gone = take(ticket);
    if (gone.abandoned) gone.abandoned();
    return;
  }
  // Broken, and yet not: an urgent byte, say. It stays, so waiting again would return at once again
  // and again. Such a client is found gone when it is answered.
  if (event == Connection::Event::broken) return;
  // The next request, pipelined, stays in the kernel until its turn: the same, but here a reset can
  // still be waited for.
  const bool sent_more = state == Connection::PeerState::sent_more;
  watch(ticket, sent_more ? Connection::Event::broken : Connection::Event::readable);
}

void Parking::arm() {
  const auto next_ms = index_.next_deadline();
  if (!next_ms || (armed_for_ms_ && *armed_for_ms_ <= *next_ms)) return;
  armed_for_ms_ = next_ms;
  const std::int64_t left_ms = std::max<std::int64_t>(*next_ms - clock_.monotonic_ms(), 0);
  timer_.expires_after(std::chrono::milliseconds(left_ms));
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error) expire_due();
  });
}

void Parking::expire_due() {
  armed_for_ms_.reset();
  for (const Ticket ticket : index_.due(clock_.monotonic_ms())) wake(ticket, true);
  arm();
}

}  // namespace lp::net
