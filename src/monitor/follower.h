// Follows one log: its newest signed head, that it extends the last one, and every leaf under it.
//
// A head goes into the memory as soon as its signature is good and it contradicts nothing; the
// leaves follow, and only when they lead to the head's root does the memory call them verified.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "evidence/trust.h"
#include "monitor/finding.h"
#include "monitor/log_tiles.h"
#include "monitor/memory.h"
#include "tlog/note.h"

namespace lp::monitor {

class Follower {
 public:
  // References live as long as this. The memory is one that Memory::parse lets through. `ranges`:
  // the sizes that each of the keys signs, where that is known.
  Follower(LogTiles& tiles, const std::vector<tlog::VerifierKey>& keys,
           const std::optional<evidence::LogKeyRanges>& ranges, LogMemory& memory);

  // Asks for the newest head and takes it over.
  Found<void> look();
  // Keeps the newest head that the witnesses' quorum stands behind, when the newest of all lacks
  // it.
  Found<void> look_for_cosigned(const evidence::WitnessPolicy& policy);

  // Reads the leaves that were not read yet, up to the newest head, and the tiles over them.
  // `visit` says what is wrong with one; `pause` comes after each tile, when the memory is whole.
  using Visit = std::function<std::optional<Finding>(std::uint64_t index, const std::string& leaf)>;
  using Pause = std::function<Found<void>()>;
  Found<void> read(const Visit& visit, const Pause& pause);
  // What was read has proved good, or not.
  void accept() { memory_.verified = memory_.read; }
  void reject() { memory_.read = memory_.verified; }

  // The newest head; of size 0 before the first look.
  [[nodiscard]] const tlog::Checkpoint& head() const { return head_; }

 private:
  struct Head {
    std::string note;
    tlog::Checkpoint checkpoint;
  };
  [[nodiscard]] Found<Head> open(std::string note) const;
  Found<void> extends(const Head& first, const Head& second);
  Found<void> take(Head head);
  Found<void> cosigned_by_quorum(const Head& head, const evidence::WitnessPolicy& policy);
  Found<void> read_tile(const Visit& visit);
  Found<void> check_upper_tile(unsigned level, std::uint64_t number, const Digest& expected);
  Finding blame(std::uint64_t index, const Digest& of_leaf, const Digest& in_tile);

  LogTiles& tiles_;
  const std::vector<tlog::VerifierKey>& keys_;
  const std::optional<evidence::LogKeyRanges>& ranges_;
  LogMemory& memory_;
  tlog::Checkpoint head_;
};

}  // namespace lp::monitor
