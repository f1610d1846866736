#include "net/streaming.h"

#include <algorithm>
#include <chrono>
#include <new>
#include <utility>

namespace lp::net {

namespace {

// To ask one stream and to write its words takes some 20 µs. However much is announced, all streams
// of a thread together are asked so seldom that a fifth of its time is enough.
constexpr std::size_t streams_per_ms = 10;

}  // namespace

Streaming::Streaming(boost::asio::io_context& io, Clock& clock, std::int64_t stuck_ms_max,
                     std::function<void()> ended)
    : clock_(clock), stuck_ms_max_(stuck_ms_max), ended_(std::move(ended)), timer_(io) {}

void Streaming::begin(std::unique_ptr<Connection> connection, Stream stream) {
  size_.fetch_add(1, std::memory_order_acq_rel);
  const Ticket ticket = index_.add(std::move(stream.topic), clock_.monotonic_ms() + stuck_ms_max_);
  if (slots_.size() <= ticket.place) slots_.resize(ticket.place + 1);
  Slot& begun = slot(ticket);
  begun.connection = std::move(connection);
  begun.next = std::move(stream.next);
  begun.gap_ms = stream.gap_ms;
  watch(ticket, Connection::Event::readable);
  ask(ticket, Prompt::news);
}

void Streaming::ask(Ticket ticket, Prompt prompt) {
  Slot& asked = slot(ticket);
  Chunk chunk;
  try {
    chunk = asked.next(prompt);
  } catch (const std::bad_alloc&) {
    return end(ticket);
  }
  asked.announced = false;
  asked.again_ms = std::max<std::int64_t>(chunk.again_ms, 1);
  asked.last = chunk.last || prompt == Prompt::stop;
  asked.unsent = std::move(chunk.bytes);
  asked.sent = 0;
  asked.spoke_ms = clock_.monotonic_ms();
  write(ticket);
}

void Streaming::write(Ticket ticket) {
  using Rest = Connection::Written::Rest;
  Slot& writing = slot(ticket);
  const auto written =
      writing.connection->write_now(std::string_view(writing.unsent).substr(writing.sent));
  writing.sent += written.count;
  if (written.rest == Rest::never) return end(ticket);
  if (written.rest == Rest::none) {
    writing.unsent = std::string();  // assignment of "" would keep the capacity
    writing.sent = 0;
    if (writing.last) {
      writing.connection->finish_sending();
      return end(ticket);
    }
    return rest(ticket);
  }
  // Each byte taken is a sign of life.
  index_.postpone(ticket, clock_.monotonic_ms() + stuck_ms_max_);
  arm();
  const auto event = written.rest == Rest::when_readable ? Connection::Event::readable
                                                         : Connection::Event::writable;
  writing.connection->wait(event, [this, ticket] {
    if (index_.held(ticket) && !slot(ticket).unsent.empty()) write(ticket);
  });
}

// Everything has left: until when it may be left alone.
void Streaming::rest(Ticket ticket) {
  const Slot& resting = slot(ticket);
  const std::int64_t pause_ms = resting.announced ? gap_ms(resting) : resting.again_ms;
  index_.postpone(ticket, resting.spoke_ms + pause_ms);
  arm();
}

std::int64_t Streaming::gap_ms(const Slot& asked) const {
  return asked.gap_ms + static_cast<std::int64_t>(size() / streams_per_ms);
}

void Streaming::announce(const std::vector<std::string>& topics) {
  for (const auto& topic : topics) {
    for (const Ticket ticket : index_.waiting_for(topic)) {
      if (!index_.held(ticket)) continue;
      Slot& told = slot(ticket);
      told.announced = true;
      if (!told.unsent.empty()) continue;
      if (clock_.monotonic_ms() - told.spoke_ms < gap_ms(told)) {
        rest(ticket);
      } else {
        ask(ticket, Prompt::news);
      }
    }
  }
}

void Streaming::look_at_time() {
  armed_for_ms_.reset();
  for (const Ticket ticket : index_.due(clock_.monotonic_ms())) {
    if (!index_.held(ticket)) continue;
    if (!slot(ticket).unsent.empty()) {
      end(ticket);
    } else {
      ask(ticket, slot(ticket).announced ? Prompt::news : Prompt::time);
    }
  }
  arm();
}

void Streaming::arm() {
  const auto next_ms = index_.next_deadline();
  if (!next_ms || (armed_for_ms_ && *armed_for_ms_ <= *next_ms)) return;
  armed_for_ms_ = next_ms;
  const std::int64_t left_ms = std::max<std::int64_t>(*next_ms - clock_.monotonic_ms(), 0);
  timer_.expires_after(std::chrono::milliseconds(left_ms));
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error) look_at_time();
  });
}

void Streaming::stop_all() {
  for (const Ticket ticket : index_.all()) {
    if (!index_.held(ticket)) continue;
    if (slot(ticket).unsent.empty()) {
      ask(ticket, Prompt::stop);
    } else {
      slot(ticket).last = true;
    }
  }
}

void Streaming::clear() {
  timer_.cancel();
  for (const Ticket ticket : index_.all()) take(ticket);
  if (ended_) ended_();
}

std::unique_ptr<Connection> Streaming::take(Ticket ticket) {
  index_.remove(ticket);
  size_.fetch_sub(1, std::memory_order_acq_rel);
  Slot taken = std::exchange(slot(ticket), Slot());
  taken.connection->cancel();
  return std::move(taken.connection);
}

void Streaming::end(Ticket ticket) {
  take(ticket);
  ended_();
}

void Streaming::watch(Ticket ticket, Connection::Event event) {
  slot(ticket).connection->wait(event, [this, ticket, event] {
    if (index_.held(ticket)) look(ticket, event);
  });
}

// The client has nothing more to say. What it sends all the same stays in the kernel, and after
// that only a reset can still be waited for (parking.cpp).
void Streaming::look(Ticket ticket, Connection::Event event) {
  const Connection::PeerState state = slot(ticket).connection->look();
  if (state == Connection::PeerState::gone) return end(ticket);
  if (event == Connection::Event::broken) return;
  const bool sent_more = state == Connection::PeerState::sent_more;
  watch(ticket, sent_more ? Connection::Event::broken : Connection::Event::readable);
}

}  // namespace lp::net
