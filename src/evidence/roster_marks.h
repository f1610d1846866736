// What a roster says of the whole log that stands under it: `test`, that a test approver decides
// there; `demo`, that it was set up at a name of one machine only. Both stay for ever.

#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "evidence/roster.h"

namespace lp::evidence {

inline constexpr std::array<std::string_view, 2> lasting_marks{"demo", "test"};

[[nodiscard]] inline bool is_marked(const RosterHead& head, std::string_view mark) {
  return std::find(head.marks.begin(), head.marks.end(), mark) != head.marks.end();
}

}  // namespace lp::evidence
