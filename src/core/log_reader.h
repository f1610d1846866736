// The signed tree of a project's log, read from the store: proofs under the newest checkpoint.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/directory.h"
#include "store/store.h"
#include "tlog/note.h"
#include "tlog/proof.h"
#include "tlog/tile.h"
#include "tlog/tree.h"

namespace lp::core {

class LogReader {
 public:
  // As the log stands now; nothing while no checkpoint is signed. `reader` and `project` must
  // outlive it. One call, one thread.
  static std::optional<LogReader> open(store::Reader& reader, const ProjectView& project);
  // As it stood under a checkpoint that was signed before; nothing for what is none.
  static std::optional<LogReader> at(store::Reader& reader, std::string project,
                                     const std::string& note);

  [[nodiscard]] const std::string& note() const { return note_; }
  [[nodiscard]] std::uint64_t size() const { return checkpoint_.size; }

  // Of a leaf below `size` in the tree of `size` leaves, at most size(). Nothing when the store
  // lacks what it takes, or what it holds does not lead to the signed root.
  std::optional<std::vector<Digest>> inclusion(std::uint64_t index, std::uint64_t size);
  std::optional<std::vector<Digest>> consistency(std::uint64_t from, std::uint64_t to);
  // Under the checkpoint, as a text that is verified offline.
  std::optional<tlog::Proof> proof(std::uint64_t index);
  // Of the newest leaf with that hash among the newest 65,536: the store has no index over hashes,
  // which would cost every writer.
  std::optional<std::uint64_t> find(const Digest& leaf_hash);

 private:
  LogReader(store::Reader& reader, std::string project, std::string note,
            tlog::Checkpoint checkpoint);
  store::Reader* reader_;
  std::string project_, note_;
  tlog::Checkpoint checkpoint_;
  tlog::HashReader hashes_;
};

// The bytes of a tile as c2sp.org/tlog-tiles has them, as far as the store has its hashes or
// leaves.
store::Result<std::string> tile_bytes(store::Reader& reader, const std::string& project,
                                      const tlog::TileAddress& address);

}  // namespace lp::core
