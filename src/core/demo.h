// Demonstrations: what was set up at a name that only this machine has. Every statement and roster
// of such a directory is marked `demo`, until its owner takes it live (go_live.h).
//
// Owners sign the mark with their first roster, and from then on the rosters say it. Before that it
// follows the address that the server is started with (home.h).

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/world.h"

namespace lp::core {

inline constexpr std::string_view demo_mark = "demo";
// "1" where whoever sets the directory up makes a demonstration of it.
inline constexpr std::string_view demo_setting = "demo";

// Whether a log that is open is marked so.
[[nodiscard]] bool is_demo(const Directory& directory);

// Of the project's statements and of its first roster.
std::vector<std::string> marks_of(const World& world, const Directory& directory,
                                  const ProjectView& project);

// What those without a roster say, once all are known.
void mark_unsigned(const World& world, Directory& directory);

}  // namespace lp::core
