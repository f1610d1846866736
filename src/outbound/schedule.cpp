#include "outbound/schedule.h"

#include <fmt/format.h>

#include <algorithm>

namespace lp::outbound {

namespace {

constexpr std::int64_t second = 1'000, minute = 60 * second, hour = 60 * minute;
constexpr std::int64_t delays[] = {5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour,
                                   10 * hour,  14 * hour,  20 * hour,   24 * hour};
constexpr std::int64_t retry_after_max_ms = hour;
constexpr int not_found = 404, gone = 410;

// A push service answers 404 as well for a browser that it knows no more (RFC 8030 §7.3).
bool is_gone(const store::OutboxItem& item, int status) {
  return status == gone || (status == not_found && item.webhook.starts_with("sub_"));
}

std::string describe(const Answer& answer) {
  if (answer.status == 0) return answer.error;
  if (answer.status >= 300 && answer.status < 400) {
    return fmt::format("HTTP {}: redirects are not followed", answer.status);
  }
  return fmt::format("HTTP {}", answer.status);
}

}  // namespace

std::optional<std::int64_t> delay_ms(std::uint64_t made) {
  if (made == 0 || made > std::size(delays)) return std::nullopt;
  return delays[made - 1];
}

store::OutboxItem after_attempt(store::OutboxItem item, const Answer& answer, Instant now,
                                double jitter) {
  ++item.attempts;
  item.status = answer.status;
  if (answer.accepted()) {
    item.state = "sent";
    item.last_error.clear();
    return item;
  }
  item.last_error = describe(answer);
  const auto delay = delay_ms(item.attempts);
  if (is_gone(item, answer.status) || !delay) {
    item.state = "dead";
    return item;
  }
  const auto asked =
      std::clamp<std::int64_t>(answer.retry_after_s.value_or(0), 0, retry_after_max_ms / second);
  const std::int64_t wait = std::max(*delay, asked * second);
  item.next_attempt =
      now + (wait + static_cast<std::int64_t>(static_cast<double>(wait) / 10 * jitter));
  return item;
}

}  // namespace lp::outbound
