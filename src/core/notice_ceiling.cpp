#include "core/notice_ceiling.h"

namespace lp::core {

NoticeCeiling::Answer NoticeCeiling::take(const std::string& destination, const std::string& agent,
                                          Instant now) {
  if (windows_.size() >= windows_max) {
    std::erase_if(windows_,
                  [now](const auto& item) { return now - item.second.begin >= window_ms; });
  }
  const auto [found, fresh] =
      windows_.try_emplace({destination, agent}, Window{.begin = now, .taken = 0});
  Window& window = found->second;
  // A clock that went back ends the window too: it must not last for ever.
  if (now - window.begin >= window_ms || now < window.begin) window = {.begin = now, .taken = 0};
  const std::uint64_t taken = ++window.taken;
  const Verdict verdict = taken <= notices_max       ? Verdict::alone
                          : taken == notices_max + 1 ? Verdict::grouped
                                                     : Verdict::silent;
  return {.verdict = verdict, .window_end = window.begin + window_ms};
}

}  // namespace lp::core
