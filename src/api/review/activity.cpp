#include "api/review/activity.h"

namespace lp::api {

void Activity::begin(const Digest& token, std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  if (last_ms_.size() >= sessions_max_) forget_idle(now_ms);
  if (last_ms_.size() < sessions_max_) last_ms_.insert_or_assign(token, now_ms);
}

bool Activity::go_on(const Digest& token, std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  const auto found = last_ms_.find(token);
  if (found == last_ms_.end()) return false;
  if (now_ms - found->second > idle_max_ms) {
    last_ms_.erase(found);
    return false;
  }
  found->second = now_ms;
  return true;
}

bool Activity::active(const Digest& token, std::int64_t now_ms) const {
  const std::lock_guard lock(mutex_);
  const auto found = last_ms_.find(token);
  return found != last_ms_.end() && now_ms - found->second <= idle_max_ms;
}

void Activity::end(const Digest& token) {
  const std::lock_guard lock(mutex_);
  last_ms_.erase(token);
}

void Activity::forget_idle(std::int64_t now_ms) {
  std::erase_if(last_ms_, [&](const auto& item) { return now_ms - item.second > idle_max_ms; });
}

}  // namespace lp::api
