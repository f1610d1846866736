// Which witnesses have seen more of a log, or another one, than is here: the log was rolled back,
// or the machine was cloned, and nothing may be signed until a person has looked (evidence.md 6).
//
// Kept in the directory and under its seal, so that a restart does not forget it. A mark goes when
// its witness leaves the policy, which every log says.

#pragma once

#include <map>
#include <string>
#include <string_view>

namespace lp::core {

// By origin, the vkey of the witness that said so first.
using WitnessesAhead = std::map<std::string, std::string, std::less<>>;

// A line "<origin> <vkey>" each; neither can hold a blank.
std::string ahead_text(const WitnessesAhead& ahead);
// Lines of another form, which the seal keeps out, are left out.
WitnessesAhead read_witnesses_ahead(std::string_view text);

}  // namespace lp::core
