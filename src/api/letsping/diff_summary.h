// What a person changed in a payload, for the agent that learns from it: names and types of what
// became another, never values. Only of payloads that the server can read; of the others the
// person's device says it, sealed (core/remark.h).

#pragma once

#include <optional>
#include <string>

#include "json/value.h"

namespace lp::api {

// {"changes":[{"pointer", "change":"changed"|"added"|"removed", "from"?, "to"?}], "more"?}, types
// as JSON names them; nothing when one of the two is not JSON.
std::optional<json::Value> diff_summary(const std::string& before, const std::string& after);

}  // namespace lp::api
