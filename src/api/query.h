// Numbers in the query of a call.

#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "net/message.h"

namespace lp::api {

// A whole number up to `max`; `otherwise` when it is absent, nothing when it is none.
std::optional<std::uint64_t> query_number(
    const net::Request& request, std::string_view name, std::uint64_t otherwise,
    std::uint64_t max = std::numeric_limits<std::uint64_t>::max());

}  // namespace lp::api
