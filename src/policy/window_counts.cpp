#include "policy/window_counts.h"

namespace lp::policy {

void WindowCounts::add(const std::vector<WindowEntry>& entries, Instant at) {
  for (const WindowEntry& entry : entries) {
    counted_[entry.key].push_back({at, entry.amount});
    order_.emplace_back(at, entry.key);
  }
}

void WindowCounts::forget_before(Instant oldest) {
  while (!order_.empty() && order_.front().first < oldest) {
    const auto counted = counted_.find(order_.front().second);
    counted->second.pop_front();
    if (counted->second.empty()) counted_.erase(counted);
    order_.pop_front();
  }
}

Tally WindowCounts::tally(std::string_view key, Instant since) const {
  Tally tally{.requests = 0, .sum = Decimal{}};
  const auto counted = counted_.find(key);
  if (counted == counted_.end()) return tally;
  for (auto one = counted->second.rbegin(); one != counted->second.rend(); ++one) {
    if (one->at <= since) break;
    ++tally.requests;
    if (tally.sum) tally.sum = sum(*tally.sum, one->amount);
  }
  return tally;
}

}  // namespace lp::policy
