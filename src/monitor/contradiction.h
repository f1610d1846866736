// Evidence against a log, as files for others (spec/log-format.md, "Evidence"): what two signed
// notes say that cannot both be.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "tlog/note.h"

namespace lp::monitor {

// Two heads signed by one log, the second not smaller, of which the second does not extend the
// first. Whoever has the log's key needs nothing else to see it.
struct Contradiction {
  std::string first, second;     // notes
  std::optional<Digest> prefix;  // the root of the second's tree at the first's size, unless they
                                 // are of one size
  std::vector<Digest> proof;     // that it is: the consistency proof from there to the second

  // JCS and a line feed.
  [[nodiscard]] std::string to_text() const;
  // Of exactly that; nothing for anything else.
  static std::optional<Contradiction> parse(std::string_view text);
  // Whether it is one: both are signed by one of the keys and cannot be heads of one growing tree.
  [[nodiscard]] bool holds(const std::vector<tlog::VerifierKey>& keys) const;
};

// A head that is smaller than one shown before. The two may be of one tree: that the second came
// later is the word of who kept it.
std::string rollback_evidence(std::string_view before, std::string_view after);

// Bytes shown as a head that no pinned key signed.
std::string unsigned_head_evidence(std::string_view shown);

// An entry of the root log for a head of this log that is not of the tree under `head`.
struct StrayEntry {
  std::string head, root_head;  // notes
  std::uint64_t index = 0;
  std::string entry;
  std::vector<Digest> path;  // from the entry to the root log's head
};
std::string split_view_evidence(const StrayEntry& stray);

// The head that one of the keys signed.
std::expected<tlog::Checkpoint, tlog::NoteFault> open_signed(
    std::string_view note, const std::vector<tlog::VerifierKey>& keys);

}  // namespace lp::monitor
