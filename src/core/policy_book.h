// The policies in force as lp-core rules by them, compiled, with what their windows have counted.
// Memory only: what is in force stands in the project's row, and what was counted in its requests.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "policy/policy.h"
#include "policy/window_counts.h"

namespace lp::core {

struct RulingPolicy {
  std::uint64_t version = 0;
  std::shared_ptr<const policy::Policy> policy;
  policy::WindowCounts counts;
  // False when something that would count could not be read: what counts is then unknown, and
  // unknown is ruled the strictest.
  bool counted = true;
};

using PolicyBook = std::map<std::string, RulingPolicy, std::less<>>;  // by project

}  // namespace lp::core
