// The named queries of store.h over one connection.
//
// Each call sees what was committed when it began; a call that needs several statements runs them
// in one read transaction.

#pragma once

#include <memory>
#include <string>

#include "store/store.h"

namespace lp::store {

class Database;

// Over a read-only connection of its own.
Result<std::unique_ptr<Reader>> open_sqlite_reader(const std::string& path);
// Over one that others use, on the same thread.
std::unique_ptr<Reader> share_sqlite_reader(std::shared_ptr<Database> database);

}  // namespace lp::store
