// The named queries of store.h over one read-only connection.
//
// Each call sees what was committed when it began; a call that needs several statements runs them
// in one read transaction.

#pragma once

#include <memory>
#include <string>

#include "store/store.h"

namespace lp::store {

Result<std::unique_ptr<Reader>> open_sqlite_reader(const std::string& path);

}  // namespace lp::store
