// What a monitor remembers between two looks and over restarts, so that it never goes back: the
// newest heads whose signatures were good, and how far the logs under them were read.
//
// Written before anything under a head is believed: a fork that comes after a crash is still seen.

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "evidence/trust.h"
#include "tlog/tree.h"

namespace lp::monitor {

struct LogMemory {
  std::string note;      // the newest head; "" before the first
  std::string cosigned;  // the newest that the quorum of the witnesses stood behind; "" before
  tlog::CompactRange verified;  // the tree of the leaves that led to a signed root
  tlog::CompactRange read;      // and of those read since, which have not led to one yet
};

struct Memory {
  LogMemory project, root;
  // The project's tree at the newest entry of the root log that is a checkpoint of it, and how many
  // there were; `_met` in step with root.read, the others with root.verified.
  tlog::CompactRange anchored, anchored_met;
  std::uint64_t anchors = 0, anchors_met = 0;
  std::optional<Instant> unanchored_since;  // the log was larger than `anchored` from then on

  // JSON. Of the log of `trust`, which must also be that of the memory that is read: the error is a
  // sentence without its stop.
  [[nodiscard]] std::string to_text(const evidence::Trust& trust) const;
  static std::expected<Memory, std::string> parse(std::string_view text,
                                                  const evidence::Trust& trust);
};

}  // namespace lp::monitor
