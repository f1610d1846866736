#include "core/demo.h"

#include <algorithm>

#include "evidence/roster_marks.h"

namespace lp::core {

bool is_demo(const Directory& directory) {
  return std::ranges::any_of(directory.projects, [&](const auto& item) {
    const auto& roster = item.second.roster;
    return roster && !directory.succeeded(item.first) && evidence::is_marked(*roster, demo_mark);
  });
}

std::vector<std::string> marks_of(const World& world, const Directory& directory,
                                  const ProjectView& project) {
  std::vector<std::string> marks;
  // What owners signed stays said of their log, whatever becomes of the directory.
  const auto demo = [&] {
    if (project.roster) return evidence::is_marked(*project.roster, demo_mark);
    if (directory.set_up) return is_demo(directory);
    return world.reader.setting(demo_setting).value_or(std::nullopt) == "1";
  };
  if (demo()) marks.emplace_back(demo_mark);
  if (directory.test) marks.emplace_back("test");
  return marks;
}

void mark_unsigned(const World& world, Directory& directory) {
  for (auto& [id, project] : directory.projects) {
    if (!project.roster) project.marks = marks_of(world, directory, project);
  }
}

}  // namespace lp::core
