// Which parked connections wait for which topic, and until when. Knows numbers, no sockets.
//
// One per net thread and used by that thread only. A place is taken and given back in constant
// time (the deadlines: logarithmic), also when ten thousand wait for one topic. Places are reused;
// the generation in a ticket tells a new occupant from the one that a late event was meant for.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace lp::net {

class ParkIndex {
 public:
  struct Ticket {
    std::uint32_t place = 0;
    std::uint32_t generation = 0;
    friend bool operator==(Ticket, Ticket) = default;
  };

  Ticket add(std::string topic, std::int64_t deadline_ms);
  // The ticket is void afterwards; `held` says whether one still is valid.
  void remove(Ticket ticket);
  // Another deadline; the ticket stays valid.
  void postpone(Ticket ticket, std::int64_t deadline_ms);
  [[nodiscard]] bool held(Ticket ticket) const;
  [[nodiscard]] std::string_view topic(Ticket ticket) const;

  [[nodiscard]] std::vector<Ticket> waiting_for(std::string_view topic) const;
  [[nodiscard]] std::vector<Ticket> due(std::int64_t now_ms) const;
  [[nodiscard]] std::vector<Ticket> all() const;
  [[nodiscard]] std::optional<std::int64_t> next_deadline() const;
  [[nodiscard]] std::size_t size() const { return deadlines_.size(); }

 private:
  static constexpr std::uint32_t none = UINT32_MAX;

  struct Entry {
    std::string topic;
    std::size_t hash = 0;
    std::int64_t deadline_ms = 0;
    std::uint32_t generation = 0;
    // Neighbours among those whose topics have this hash.
    std::uint32_t previous = none;
    std::uint32_t next = none;
    bool taken = false;
  };

  [[nodiscard]] Ticket ticket_of(std::uint32_t place) const;

  std::vector<Entry> entries_;
  std::vector<std::uint32_t> free_;
  std::unordered_map<std::size_t, std::uint32_t> heads_;  // hash of the topic → first place
  std::set<std::pair<std::int64_t, std::uint32_t>> deadlines_;
};

}  // namespace lp::net
