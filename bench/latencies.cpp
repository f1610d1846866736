#include "latencies.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace lp::bench {

double Latencies::mean() const {
  if (us_.empty()) return 0;
  return std::accumulate(us_.begin(), us_.end(), 0.0) / static_cast<double>(us_.size());
}

double Latencies::quantile(double share) {
  if (us_.empty()) return 0;
  if (sorted_ != us_.size()) std::ranges::sort(us_);
  sorted_ = us_.size();
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(us_.size())));
  return us_[std::clamp<std::size_t>(rank, 1, us_.size()) - 1];
}

}  // namespace lp::bench
