// When the next request expires: a heap of deadlines over everything pending.
//
// Entries of requests that were decided meanwhile stay until their time and are then found closed;
// the deadline in the row rules, not this heap.

#pragma once

#include <cstddef>
#include <optional>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"

namespace lp::core {

class Expiry {
 public:
  void add(Instant decide_by, std::string request) { heap_.emplace(decide_by, std::move(request)); }

  [[nodiscard]] std::optional<Instant> next() const {
    if (heap_.empty()) return std::nullopt;
    return heap_.top().first;
  }

  // At most `limit` requests whose time has come, soonest first.
  std::vector<std::string> due(Instant now, std::size_t limit) {
    std::vector<std::string> answer;
    while (!heap_.empty() && heap_.top().first <= now && answer.size() < limit) {
      answer.push_back(heap_.top().second);
      heap_.pop();
    }
    return answer;
  }

 private:
  using Item = std::pair<Instant, std::string>;
  std::priority_queue<Item, std::vector<Item>, std::greater<>> heap_;
};

}  // namespace lp::core
