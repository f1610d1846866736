// When an item is tried again (docs/reference/webhooks.md): ten attempts, each so long after the
// one before; over three days together, so that a weekend does not lose a decision.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "store/rows.h"

namespace lp::outbound {

inline constexpr std::size_t attempts_max = 10;

// What became of one attempt.
struct Answer {
  int status = 0;                             // of HTTP; 0: there was none
  std::optional<std::int64_t> retry_after_s;  // as the receiver asked
  std::string error;                          // why there was no answer

  [[nodiscard]] bool accepted() const { return status >= 200 && status < 300; }
};

// How long after the failure of attempt `made` the next one comes; nothing after the last.
std::optional<std::int64_t> delay_ms(std::uint64_t made);

// The item as it stands after this answer: sent, due again or dead. Up to a tenth of the delay is
// added, by `jitter` in [0, 1), so that a receiver that comes back is not met by all at once.
store::OutboxItem after_attempt(store::OutboxItem item, const Answer& answer, Instant now,
                                double jitter);

}  // namespace lp::outbound
