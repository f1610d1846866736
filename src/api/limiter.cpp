#include "api/limiter.h"

#include <algorithm>

namespace lp::api {

Allowance Limiter::take(std::string_view name, const Rate& rate, std::int64_t now_ms) {
  if (rate.count == 0) return {};
  const std::int64_t now_us = now_ms * 1000;
  const std::int64_t each_us =
      std::max<std::int64_t>(1, rate.period_ms * 1000 / static_cast<std::int64_t>(rate.count));
  const std::int64_t room_us =
      each_us * static_cast<std::int64_t>(std::max<std::uint64_t>(1, rate.burst));

  std::lock_guard lock(mutex_);
  auto found = full_at_us_.find(std::string(name));
  if (found == full_at_us_.end()) {
    if (full_at_us_.size() >= names_max_) forget_full(now_us);
    const bool crowded = full_at_us_.size() >= names_max_;
    found = full_at_us_.try_emplace(crowded ? std::string() : std::string(name), now_us).first;
  }
  const std::int64_t full_at_us = std::max(found->second, now_us) + each_us;
  if (full_at_us - now_us > room_us) {
    const std::int64_t wait_us = full_at_us - now_us - room_us;
    return {.allowed = false,
            .remaining = 0,
            .retry_after_ms = std::max<std::int64_t>(1, (wait_us + 999) / 1000)};
  }
  found->second = full_at_us;
  return {.allowed = true,
          .remaining = static_cast<std::uint64_t>((room_us - (full_at_us - now_us)) / each_us)};
}

std::size_t Limiter::size() const {
  std::lock_guard lock(mutex_);
  return full_at_us_.size();
}

void Limiter::forget_full(std::int64_t now_us) {
  std::erase_if(full_at_us_, [now_us](const auto& bucket) { return bucket.second <= now_us; });
}

std::string network_of(std::string_view address) {
  if (!address.contains(':')) return std::string(address);
  // An IPv4 address in IPv6 form is one machine, not a network of them.
  if (address.starts_with("::ffff:") && address.contains('.'))
    return std::string(address.substr(7));
  // The first four groups. "::" stands for the groups that are missing, so it ends the prefix.
  std::string prefix;
  std::size_t groups = 0, at = 0;
  while (groups < 4 && at < address.size()) {
    const std::size_t end = std::min(address.find(':', at), address.size());
    if (end == at) break;
    prefix += address.substr(at, end - at);
    prefix += ':';
    ++groups;
    at = end + 1;
  }
  return prefix + ":/64";
}

}  // namespace lp::api
