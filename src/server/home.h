// Whether a server may start under its address: another one than that under which its people made
// their keys takes those away from them.

#pragma once

#include <expected>
#include <string>

#include "core/engine.h"

namespace lp::server {

// Remembers the address of this start. The error is a sentence, and a line for each member who
// would lose something; not where that is `accepted`. A directory without an address so far, at
// localhost for instance, loses nothing that this could know of.
std::expected<void, std::string> settle_home(core::Engine& engine, const std::string& public_url,
                                             bool accepted);

}  // namespace lp::server
