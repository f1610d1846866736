// The consistency proof of a tree that has just grown, from memory: what was before it and the
// leaves that came. No stored hash is read, so that who signs a batch has the proof for the price
// of its own hashes.

#pragma once

#include <span>
#include <vector>

#include "tlog/tree.h"

namespace lp::tlog {

// From `before` to the tree that has these leaves too: what consistency_proof() gives of the two.
std::vector<Digest> extension_proof(const CompactRange& before,
                                    std::span<const Digest> leaf_hashes);

}  // namespace lp::tlog
