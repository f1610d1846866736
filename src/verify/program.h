// letsping-verify from its words to its exit status.

#pragma once

#include <string_view>
#include <vector>

namespace lp::verify {

inline constexpr int exit_unreadable = 1;
inline constexpr int exit_usage = 2;

// `words` are those after the program's name. Reports go to standard output, talk to standard
// error.
int run(const std::vector<std::string_view>& words);

}  // namespace lp::verify
