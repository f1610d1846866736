// At start: what was erased stays erased, whichever copy of the data this is.
//
// Every tombstone is held against the database. A copy from before the erasure loses the same rows
// again, also when its log is frozen and only read; a tombstone that a crash kept from being put
// up is put up now.

#pragma once

#include <expected>
#include <string>

#include "core/world.h"

namespace lp::core {

// Before anything else of the database is believed. The error is a sentence for people; the program
// must not go on after it.
std::expected<void, std::string> erase_again(World& world);

}  // namespace lp::core
