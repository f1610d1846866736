// A history in memory, exact to the request: what was asked within the longest window of a policy.
//
// Not for use from several threads at once; the one thread that orders requests owns it.

#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "policy/asked.h"

namespace lp::policy {

class WindowCounts final : public History {
 public:
  // Entries come in the order of time.
  void add(const std::vector<WindowEntry>& entries, Instant at);
  // What is older counts in no window any more.
  void forget_before(Instant oldest);

  [[nodiscard]] Tally tally(std::string_view key, Instant since) const override;
  [[nodiscard]] std::size_t size() const { return order_.size(); }

 private:
  struct Counted {
    Instant at;
    Decimal amount;
  };
  std::map<std::string, std::deque<Counted>, std::less<>> counted_;
  std::deque<std::pair<Instant, std::string>> order_;
};

}  // namespace lp::policy
