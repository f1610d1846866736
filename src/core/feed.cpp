#include "core/feed.h"

#include <utility>

namespace lp::core {

void Feed::publish(std::vector<Notice> notices) {
  const MutexLock lock(mutex_);
  for (Notice& notice : notices) {
    if (kept_.size() == kept_max) kept_.pop_front();
    kept_.push_back(std::move(notice));
    ++end_;
  }
}

std::uint64_t Feed::end() const {
  const MutexLock lock(mutex_);
  return end_;
}

std::optional<std::vector<Notice>> Feed::since(std::uint64_t position, std::size_t max) const {
  const MutexLock lock(mutex_);
  if (position > end_) return std::nullopt;
  const std::uint64_t missed = end_ - position;
  if (missed > max || missed > kept_.size()) return std::nullopt;
  return std::vector<Notice>(kept_.end() - static_cast<std::ptrdiff_t>(missed), kept_.end());
}

}  // namespace lp::core
