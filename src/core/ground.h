// What a receipt stands on: a signed checkpoint that covers its entries, and who beside this server
// stands behind it (evidence.md 9).
//
// Of all checkpoints that cover an entry the one is chosen that proves most: one that the quorum of
// the witness policy cosigned, or one that a root checkpoint anchors which they cosigned; else the
// newest that is anchored; else the newest. Reads only; called on net threads.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/directory.h"
#include "core/notary.h"
#include "evidence/receipt.h"
#include "store/store.h"

namespace lp::core {

struct Ground {
  std::string note;  // of the project's log, with the cosignatures that are known of it
  std::optional<evidence::AnchorProof> anchor;
  bool witnessed = false;  // by the quorum of the policy
};

// Nothing when no signed checkpoint covers the entry at `index`. Of one that was erased the ground
// covers the erasure too, where one does, and has no anchor: its receipt has no place for one.
std::optional<Ground> ground_of(store::Reader& reader, const Notary& notary,
                                const Directory& directory, const ProjectView& project,
                                std::uint64_t index);

// Wakes who waits for a ground that is witnessed.
inline constexpr std::string_view witnessed_topic = "witnessed";

}  // namespace lp::core
