#include "approval/seating.h"

#include <set>
#include <string>

namespace lp::approval {

std::vector<Demands> alternatives_of(const Rule& rule) {
  if (rule.kind == Rule::Kind::n_of) return {{{rule.group, rule.count}}};
  std::vector<Demands> result;
  if (rule.kind == Rule::Kind::any) {
    for (const Rule& part : rule.parts) {
      for (Demands& alternative : alternatives_of(part)) result.push_back(std::move(alternative));
    }
    return result;
  }
  result.emplace_back();
  for (const Rule& part : rule.parts) {
    std::vector<Demands> longer;
    const std::vector<Demands> choices = alternatives_of(part);
    for (const Demands& head : result) {
      for (const Demands& tail : choices) {
        longer.push_back(head);
        longer.back().insert(longer.back().end(), tail.begin(), tail.end());
      }
    }
    result = std::move(longer);
  }
  return result;
}

bool Seating::place(std::size_t seat, std::vector<bool>& asked) {
  const std::string group(groups_[seat]);
  for (std::size_t i = 0; i < people_.size(); ++i) {
    if (asked[i] || !people_[i]->groups.contains(group)) continue;
    asked[i] = true;
    if (seat_of_[i] == free_ || place(seat_of_[i], asked)) {
      seat_of_[i] = seat;
      return true;
    }
  }
  return false;
}

std::vector<const Person*> distinct(const std::vector<Person>& people) {
  std::set<std::string_view> members;
  std::vector<const Person*> found;
  for (const Person& person : people) {
    if (members.insert(person.member).second) found.push_back(&person);
  }
  return found;
}

}  // namespace lp::approval
