#include "core/presence.h"

namespace lp::core {
namespace {
constexpr std::int64_t gone_after_ms = 30'000;
constexpr std::int64_t forget_after_ms = 3'600'000;
constexpr std::int64_t sweep_every_ms = 60'000;
}  // namespace

bool Presence::poll_begins(std::string_view request, std::string_view key, Instant now,
                           std::int64_t recent_ms) {
  const std::lock_guard lock(mutex_);
  sweep(now);
  Entry& entry = entries_[std::string(request)];
  const bool recent = entry.ended_once && entry.key == key && now - entry.last_end < recent_ms;
  entry.key = key;
  entry.last_begin = now;
  ++entry.held;
  return recent;
}

void Presence::poll_ends(std::string_view request, Instant now) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(std::string(request));
  if (found == entries_.end()) return;
  if (found->second.held > 0) --found->second.held;
  found->second.last_end = now;
  found->second.ended_once = true;
}

Presence::View Presence::view(std::string_view request, Instant now) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(std::string(request));
  if (found == entries_.end()) return {};
  const Entry& entry = found->second;
  if (entry.held > 0) return {.waiting = Waiting::connected, .last = now};
  const bool polling = now - entry.last_end < gone_after_ms;
  return {.waiting = polling ? Waiting::polling : Waiting::gone, .last = entry.last_end};
}

void Presence::sweep(Instant now) {
  if (now - swept_ < sweep_every_ms) return;
  swept_ = now;
  std::erase_if(entries_, [now](const auto& item) {
    return item.second.held == 0 && now - item.second.last_end > forget_after_ms;
  });
}

}  // namespace lp::core
