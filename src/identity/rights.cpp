#include "identity/rights.h"

#include <algorithm>
#include <array>

#include "base/assert.h"

namespace lp::identity {
namespace {

// One row a role, one column a right: the least that the role is for.
struct Row {
  std::string_view role;
  bool see, open_payload, decide, take_part, read_log, manage_people, manage_agents, write_policies;
};
constexpr std::array rows = std::to_array<Row>({
    // role           see   open   decide take   read   people agents policies
    {"owner", true, false, false, true, true, true, true, true},
    {"admin", true, false, false, true, true, true, true, true},
    {"policy_author", true, false, false, false, false, false, false, true},
    {"reviewer", true, true, true, true, true, false, false, false},
    {"auditor", true, false, false, false, true, false, false, false},
    {"developer", true, false, false, false, false, false, true, false},
});

bool has(const Row& row, Right right) {
  switch (right) {
    case Right::see:
      return row.see;
    case Right::open_payload:
      return row.open_payload;
    case Right::decide:
      return row.decide;
    case Right::take_part:
      return row.take_part;
    case Right::read_log:
      return row.read_log;
    case Right::manage_people:
      return row.manage_people;
    case Right::manage_agents:
      return row.manage_agents;
    case Right::write_policies:
      return row.write_policies;
  }
  assertion_failed("a Right", __FILE__, __LINE__);
}

}  // namespace

bool grants(std::string_view role, Right right) {
  const auto row = std::ranges::find(rows, role, &Row::role);
  return row != rows.end() && has(*row, right);
}

bool grants(const std::vector<std::string>& roles, Right right) {
  return std::ranges::any_of(roles, [right](const auto& role) { return grants(role, right); });
}

}  // namespace lp::identity
