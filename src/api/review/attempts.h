// How often one network may try to set up or to log in.

#pragma once

#include <optional>

#include "api/context.h"
#include "net/message.h"

namespace lp::api {

// 429 once this network has tried too often; else nothing, and the try is counted.
std::optional<net::Reply> limit_attempts(Context& context, const net::Request& request);

}  // namespace lp::api
