// The embedded store: one SQLite file in WAL mode, synchronous=FULL, STRICT tables, one writer.
//
// Laid out to append (performance.md): 16 KiB pages, time-ordered ids, rows in a project's log
// keyed by (project number << 40) + index, no secondary index on the acknowledgement path that is
// not right-edge. Schema and migrations: forward only, transactional, numbered.

#pragma once

#include <memory>
#include <string>

#include "store/store.h"

namespace lp::store {

// Opens or creates `path`, takes the exclusive writer role (a second opener fails) and migrates.
// A schema newer than this program is refused.
Result<std::unique_ptr<Store>> open_sqlite(const std::string& path);

}  // namespace lp::store
