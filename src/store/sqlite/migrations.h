// The schema and its history: numbered steps, forward only, each in one transaction.
//
// PRAGMA user_version holds the number of the newest step that is in. A step that has been released
// is never edited: a change is a new step. application_id says that the file is ours.

#pragma once

#include <cstdint>

#include "store/sqlite/database.h"

namespace lp::store {

inline constexpr std::int64_t application_id = 0x4c655069;  // "LePi"

// The newest version this program knows.
[[nodiscard]] std::int64_t schema_version();

// Brings the file to schema_version(). Refuses a file of another program and one that is newer.
Result<void> migrate(Database& database);

}  // namespace lp::store
