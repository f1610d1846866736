#include "net/park_index.h"

#include <functional>

#include "base/assert.h"

namespace lp::net {

ParkIndex::Ticket ParkIndex::ticket_of(std::uint32_t place) const {
  return {place, entries_[place].generation};
}

ParkIndex::Ticket ParkIndex::add(std::string topic, std::int64_t deadline_ms) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(entries_.size()));
    entries_.emplace_back();
  }
  const std::uint32_t place = free_.back();
  free_.pop_back();
  Entry& entry = entries_[place];
  entry.hash = std::hash<std::string_view>()(topic);
  entry.topic = std::move(topic);
  entry.deadline_ms = deadline_ms;
  entry.taken = true;
  entry.previous = none;
  const auto [head, first] = heads_.try_emplace(entry.hash, place);
  entry.next = first ? none : std::exchange(head->second, place);
  if (entry.next != none) entries_[entry.next].previous = place;
  deadlines_.emplace(deadline_ms, place);
  return ticket_of(place);
}

void ParkIndex::remove(Ticket ticket) {
  LP_ASSERT(held(ticket));
  Entry& entry = entries_[ticket.place];
  if (entry.previous != none) {
    entries_[entry.previous].next = entry.next;
  } else if (entry.next != none) {
    heads_[entry.hash] = entry.next;
  } else {
    heads_.erase(entry.hash);
  }
  if (entry.next != none) entries_[entry.next].previous = entry.previous;
  deadlines_.erase({entry.deadline_ms, ticket.place});
  entry.topic = std::string();  // assignment of "" would keep the capacity
  entry.taken = false;
  ++entry.generation;
  free_.push_back(ticket.place);
}

void ParkIndex::postpone(Ticket ticket, std::int64_t deadline_ms) {
  LP_ASSERT(held(ticket));
  Entry& entry = entries_[ticket.place];
  deadlines_.erase({entry.deadline_ms, ticket.place});
  entry.deadline_ms = deadline_ms;
  deadlines_.emplace(deadline_ms, ticket.place);
}

bool ParkIndex::held(Ticket ticket) const {
  return ticket.place < entries_.size() && entries_[ticket.place].taken &&
         entries_[ticket.place].generation == ticket.generation;
}

std::string_view ParkIndex::topic(Ticket ticket) const {
  LP_ASSERT(held(ticket));
  return entries_[ticket.place].topic;
}

std::vector<ParkIndex::Ticket> ParkIndex::waiting_for(std::string_view topic) const {
  std::vector<Ticket> out;
  const auto head = heads_.find(std::hash<std::string_view>()(topic));
  if (head == heads_.end()) return out;
  for (std::uint32_t place = head->second; place != none; place = entries_[place].next) {
    if (entries_[place].topic == topic) out.push_back(ticket_of(place));
  }
  return out;
}

std::vector<ParkIndex::Ticket> ParkIndex::due(std::int64_t now_ms) const {
  std::vector<Ticket> out;
  for (const auto& [deadline_ms, place] : deadlines_) {
    if (deadline_ms > now_ms) break;
    out.push_back(ticket_of(place));
  }
  return out;
}

std::vector<ParkIndex::Ticket> ParkIndex::all() const {
  return due(INT64_MAX);
}

std::optional<std::int64_t> ParkIndex::next_deadline() const {
  if (deadlines_.empty()) return {};
  return deadlines_.begin()->first;
}

}  // namespace lp::net
