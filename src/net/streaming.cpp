#include "net/streaming.h"

#include <algorithm>
#include <new>
#include <utility>

#include "base/assert.h"
#include "net/fault.h"
#include "net/reply_writer.h"

namespace lp::net {

namespace {

// To ask one stream and to write its words takes some 20 µs. However much is announced, all streams
// of a thread together are asked so seldom that a fifth of its time is enough.
constexpr std::size_t streams_per_ms = 10;

}  // namespace

Streaming::Streaming(boost::asio::io_context& io, Clock& clock, std::int64_t stuck_ms_max,
                     std::function<void()> ended)
    : clock_(clock),
      stuck_ms_max_(stuck_ms_max),
      ended_(std::move(ended)),
      held_(
          io, clock, [this](Ticket ticket) { end(ticket); },
          [this](Ticket ticket) { look_at_time(ticket); }) {}

void Streaming::begin(std::unique_ptr<Connection> connection, Stream stream,
                      std::unique_ptr<WaitingHead> head) {
  const Ticket ticket = held_.add(std::move(stream.topic), clock_.monotonic_ms() + stuck_ms_max_);
  Slot& begun = held_.slot(ticket);
  begun.connection = std::move(connection);
  begun.next = std::move(stream.next);
  begun.head = std::move(head);
  begun.gap_ms = stream.gap_ms;
  held_.watch(ticket);
  ask(ticket, Prompt::news);
}

void Streaming::ask(Ticket ticket, Prompt prompt) {
  Slot& asked = held_.slot(ticket);
  Chunk chunk;
  try {
    chunk = asked.next(prompt);
    asked.last = chunk.last || chunk.instead || prompt == Prompt::stop;
    put_head(asked, chunk);
  } catch (const std::bad_alloc&) {
    return end(ticket);
  }
  asked.announced = false;
  asked.again_ms = std::max<std::int64_t>(chunk.again_ms, 1);
  asked.unsent = std::move(chunk.bytes);
  asked.sent = 0;
  asked.spoke_ms = clock_.monotonic_ms();
  write(ticket);
}

// The head goes ahead of the first words, or the refusal in place of both.
void Streaming::put_head(Slot& begun, Chunk& first) const {
  LP_ASSERT(begun.head || !first.instead);
  if (!begun.head || (first.bytes.empty() && !begun.last)) return;
  const auto head = std::exchange(begun.head, nullptr);
  const std::string date = http_date(clock_.now());
  if (first.instead) {
    const Reply reply =
        well_formed(*first.instead) ? *std::move(first.instead) : fault_reply(Fault::bad_reply);
    first.bytes = reply_head(reply, {date, head->fixed_headers, true}) + reply.body;
  } else {
    first.bytes.insert(0, reply_head(head->reply, {.date = date,
                                                   .fixed_headers = head->fixed_headers,
                                                   .close = true,
                                                   .endless = true}));
  }
}

void Streaming::write(Ticket ticket) {
  using Rest = Connection::Written::Rest;
  Slot& writing = held_.slot(ticket);
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
  held_.postpone(ticket, clock_.monotonic_ms() + stuck_ms_max_);
  const auto event = written.rest == Rest::when_readable ? Connection::Event::readable
                                                         : Connection::Event::writable;
  writing.connection->wait(event, [this, ticket] {
    if (held_.held(ticket) && !held_.slot(ticket).unsent.empty()) write(ticket);
  });
}

// Everything has left: until when it may be left alone.
void Streaming::rest(Ticket ticket) {
  const Slot& resting = held_.slot(ticket);
  const std::int64_t pause_ms = resting.announced ? gap_ms(resting) : resting.again_ms;
  held_.postpone(ticket, resting.spoke_ms + pause_ms);
}

std::int64_t Streaming::gap_ms(const Slot& asked) const {
  return asked.gap_ms + static_cast<std::int64_t>(size() / streams_per_ms);
}

void Streaming::announce(const std::vector<std::string>& topics) {
  for (const auto& topic : topics) {
    for (const Ticket ticket : held_.waiting_for(topic)) {
      if (!held_.held(ticket)) continue;
      Slot& told = held_.slot(ticket);
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

void Streaming::look_at_time(Ticket ticket) {
  if (!held_.slot(ticket).unsent.empty()) {
    end(ticket);
  } else {
    ask(ticket, held_.slot(ticket).announced ? Prompt::news : Prompt::time);
  }
}

void Streaming::stop_all() {
  for (const Ticket ticket : held_.all()) {
    if (!held_.held(ticket)) continue;
    if (held_.slot(ticket).unsent.empty()) {
      ask(ticket, Prompt::stop);
    } else {
      held_.slot(ticket).last = true;
    }
  }
}

void Streaming::clear() {
  held_.clear();
  ended_();
}

void Streaming::end(Ticket ticket) {
  held_.take(ticket);
  ended_();
}

}  // namespace lp::net
