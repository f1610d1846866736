#include "api/review/last_use.h"

#include "api/limiter.h"

namespace lp::api {
namespace {

// Longer than any session lives (core/people.cpp).
constexpr std::int64_t kept_ms = 24LL * 3'600'000;

}  // namespace

void LastUse::note(const Digest& token, Instant now, std::string_view address) {
  std::string network = network_of(address);
  const std::lock_guard lock(mutex_);
  if (uses_.size() >= kept_max_ && !uses_.contains(token)) {
    std::erase_if(uses_, [&](const auto& item) { return now - item.second.at > kept_ms; });
    if (uses_.size() >= kept_max_) return;
  }
  uses_.insert_or_assign(token, Use{.at = now, .network = std::move(network)});
}

std::optional<LastUse::Use> LastUse::of(const Digest& token) const {
  const std::lock_guard lock(mutex_);
  const auto found = uses_.find(token);
  return found == uses_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace lp::api
