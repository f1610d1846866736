// The disk reserve: below it nothing more is taken in, while deciding, reads and export go on.

#pragma once

#include "store/store.h"

namespace lp::core {

struct EngineOptions;

// Whether the data directory's file system has fewer bytes free for us than the reserve and what
// the store may still write without a further commit. A system that cannot tell counts as low: fail
// closed. A reserve of 0 is none. Any thread.
[[nodiscard]] bool disk_low(const EngineOptions& options, const store::Store& store);

}  // namespace lp::core
