// The directory as it stands in the database, and the seal over it.

#pragma once

#include <expected>
#include <string>

#include "core/directory.h"
#include "core/keys.h"
#include "store/store.h"

namespace lp::core {

// All rows; of each project only its row, and nothing of its roster or log. The error is what
// storage says.
std::expected<Directory, std::string> read_directory(store::Reader& reader);

enum class DirectorySeal : std::uint8_t {
  holds,
  missing,  // never written: a directory of schema 2 that nobody has opened since
  broken,   // the rows are not those that this installation wrote, or the seal was taken away
};
std::expected<DirectorySeal, std::string> check_seal(store::Reader& reader, const Keys& keys,
                                                     const Directory& directory);

}  // namespace lp::core
