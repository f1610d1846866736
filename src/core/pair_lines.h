// What settings of the directory say of pairs of names: which project took the place of which
// (closed_logs.h), which witness is ahead of which log (witnesses_ahead.h). A line "<name> <value>"
// each, ascending by name; no name and no value has a blank or a line feed in it.

#pragma once

#include <map>
#include <string>
#include <string_view>

namespace lp::core {

using PairLines = std::map<std::string, std::string, std::less<>>;

std::string to_text(const PairLines& pairs);
// Lines of another form, which the seal of the directory keeps out, are left out.
PairLines read_pair_lines(std::string_view text);

}  // namespace lp::core
