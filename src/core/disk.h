// The disk reserve: below it nothing more is taken in, while deciding, reads and export go on.

#pragma once

#include <cstdint>
#include <string>

namespace lp::core {

// Whether the file system of `directory` has fewer than `reserve_bytes` free for us. A system that
// cannot tell counts as below: fail closed.
[[nodiscard]] bool below_reserve(const std::string& directory, std::uint64_t reserve_bytes);

}  // namespace lp::core
