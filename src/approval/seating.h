// Who fills which seat of a rule, so that each person counts once in the whole tree.
//
// For rule.cpp and quorum.cpp.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "approval/rule.h"

namespace lp::approval {

// A number of heads out of one group. A rule without `any` is a set of these at once.
struct Demand {
  std::string_view group;
  std::uint64_t count;
};
using Demands = std::vector<Demand>;

// Every way to satisfy the rule: one choice in each `any`.
std::vector<Demands> alternatives_of(const Rule& rule);

// Seats are given to people one after another; a person who sits elsewhere moves when another seat
// is free for them (augmenting paths in a bipartite graph). So somebody in two groups is used where
// they are needed, whatever the order.
class Seating {
 public:
  explicit Seating(const std::vector<const Person*>& people)
      : people_(people), seat_of_(people.size(), free_) {}

  [[nodiscard]] bool fill(const Demands& demands) {
    for (const Demand& demand : demands) {
      if (seat(demand) < demand.count) return false;
    }
    return !groups_.empty();  // A rule that asks nobody is satisfied by nothing.
  }

  // How many of the demand's seats could be filled; who sits may move, and never loses a seat.
  std::uint64_t seat(const Demand& demand) {
    for (std::uint64_t head = 0; head < demand.count; ++head) {
      groups_.push_back(demand.group);
      std::vector<bool> asked(people_.size(), false);
      if (!place(groups_.size() - 1, asked)) {
        groups_.pop_back();
        return head;
      }
    }
    return demand.count;
  }

 private:
  static constexpr std::size_t free_ = static_cast<std::size_t>(-1);

  bool place(std::size_t seat, std::vector<bool>& asked);

  const std::vector<const Person*>& people_;
  std::vector<std::string_view> groups_;  // of each seat
  std::vector<std::size_t> seat_of_;      // of each person
};

// Each member once.
std::vector<const Person*> distinct(const std::vector<Person>& people);

}  // namespace lp::approval
