// What each answer took, and the quantiles of it.

#pragma once

#include <cstddef>
#include <vector>

namespace lp::bench {

class Latencies {
 public:
  void add(double us) { us_.push_back(us); }
  [[nodiscard]] std::size_t count() const { return us_.size(); }
  [[nodiscard]] double mean() const;
  // The smallest value that `share` of all are not above; 0 when there are none.
  [[nodiscard]] double quantile(double share);

 private:
  std::vector<double> us_;
  std::size_t sorted_ = 0;  // so many were there when it was sorted last
};

}  // namespace lp::bench
