// What changes from one policy to another, rule by rule.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/document.h"

namespace lp::policy {

struct Difference {
  std::string_view kind;  // added, removed, changed, moved
  std::string part;       // "rule `refunds`", "tool stripe refund", "defaults", "unknown_tool"
  json::Value before;     // null where there was none
  json::Value after;
};

// Parts by their names; `moved` is a rule that stands before or after another than it did, for the
// first rule that matches decides.
std::vector<Difference> differences(const Document& before, const Document& after);

}  // namespace lp::policy
