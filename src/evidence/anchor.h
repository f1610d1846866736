// An entry of the root log: that a log had a checkpoint, by hashes only, so that the root log can
// be public (evidence.md 5). "lp-anchor/1\0" ‖ SHA-256(origin) ‖ SHA-256(checkpoint body).

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "tlog/note.h"

namespace lp::evidence {

// Both hashes are of one checkpoint, whose body names its origin.
std::string anchor_leaf(const tlog::Checkpoint& checkpoint);

struct Anchor {
  Digest origin_sha256;
  Digest body_sha256;
};
std::optional<Anchor> read_anchor(std::string_view leaf);

}  // namespace lp::evidence
