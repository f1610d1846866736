// Which requests have an agent waiting, as far as polls tell. Memory only: after a restart
// everybody polls again. Net threads write it, so it holds a lock of its own, never taken with
// another.

#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.h"

namespace lp::core {

class Presence {
 public:
  enum class Waiting : std::uint8_t { never, connected, polling, gone };
  struct View {
    Waiting waiting = Waiting::never;
    Instant last;
  };

  // A poll begins. True when an earlier poll of this request by this key ended less than
  // `recent_ms` ago: the hold rule of wire.md Decision 9.
  bool poll_begins(std::string_view request, std::string_view key, Instant now,
                   std::int64_t recent_ms);
  // Its answer was sent, or its client went away.
  void poll_ends(std::string_view request, Instant now);
  // Connected while a poll is held; polling up to 30 s after one ended; then gone.
  [[nodiscard]] View view(std::string_view request, Instant now) const;

 private:
  struct Entry {
    std::string key;
    std::uint32_t held = 0;
    Instant last_begin, last_end;
    bool ended_once = false;
  };
  // Forgets what nobody polled for an hour, once a minute at most.
  void sweep(Instant now);

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
  Instant swept_;
};

}  // namespace lp::core
