// SQLite writes every frame of its write-ahead log in two calls, 24 bytes and then a page: two
// dozen calls for a decision, on the path of its answer. This is the system's VFS, but for a log:
// what follows on from the write before is gathered, and goes to the file in one call no later than
// the end of a commit, before any other connection is told of its frames.

#pragma once

namespace lp::store {

// The name of the VFS for sqlite3_open_v2. Thread-safe.
const char* gathered_wal_vfs();

}  // namespace lp::store
