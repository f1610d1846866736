// The part of approval::Request that no query asks for, as one JSON text in request_state.detail.
//
// id, state and decide_by have columns of their own. What is written reads back equal; anything
// else that stands in the column (another program, a damaged file) is refused, not repaired.

#pragma once

#include <string>
#include <string_view>

#include "approval/request.h"

namespace lp::store {

std::string detail_of(const approval::Request& request);

// Fills version, level, created, base, current, agent_owner, editors and approvals. False when
// `detail` is not what detail_of writes.
[[nodiscard]] bool read_detail(std::string_view detail, approval::Request& request);

}  // namespace lp::store
