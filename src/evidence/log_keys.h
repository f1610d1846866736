// Which key of a log signs which of its checkpoints: ranges of tree sizes, as its owners sign them
// in the roster (spec/log-format.md §5).

#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/roster.h"
#include "tlog/note.h"

namespace lp::evidence {

using LogKeyRanges = std::vector<LogKeyRange>;

// Ends the range of the key that signs without end at `from`, where `vkey` begins. False when that
// leads to no roster: the key was listed before, or no size is left to the one that ends.
[[nodiscard]] bool hand_over(LogKeyRanges& keys, const std::string& vkey, std::uint64_t from);

// The checkpoint, when the key to whose range its size belongs has signed it. Signed by any other
// key, one of the log's too, it is NoteFault::unknown_key.
std::expected<tlog::Checkpoint, tlog::NoteFault> open_in_range(std::string_view note,
                                                               const LogKeyRanges& keys);

}  // namespace lp::evidence
