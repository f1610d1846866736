// The embedded store: one SQLite file in WAL mode, synchronous=FULL, STRICT tables, one writer.
//
// Laid out to append (performance.md): time-ordered ids, rows in a project's log keyed by (project
// number << 40) + index, no secondary index on the acknowledgement path that is not right-edge
// except those over values that must be random (idempotency keys, offer nonces). 4 KiB pages:
// bench/ store_bench writes 44 KB for a lone request, where 16 KiB pages write 124 KB, and 9
// against 13 KB each at 32 a commit; rows larger than a page cost nothing more. Schema and
// migrations: forward only, transactional, numbered.

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "store/store.h"

namespace lp::store {

struct SqliteOptions {
  // The write-ahead log is copied back beside the commits from half of this on, and beyond it a
  // commit waits for that: a server that is never idle must not fill the disk with it.
  std::uint64_t wal_bytes_max = 64u << 20;
};

// Opens or creates `path`, takes the exclusive writer role (a second opener fails) and migrates.
// A schema newer than this program is refused.
Result<std::unique_ptr<Store>> open_sqlite(const std::string& path,
                                           const SqliteOptions& options = {});

}  // namespace lp::store
