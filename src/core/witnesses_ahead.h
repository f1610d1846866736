// Which witnesses have seen more of a log, or another one, than is here: the log was rolled back,
// or the machine was cloned, and nothing may be signed until a person has looked (evidence.md 6).
//
// Kept in the directory (Directory::witness_ahead, as pair_lines.h writes them) and under its seal,
// so that a restart does not forget it. A mark goes when its witness leaves the policy, which every
// log says, or when its log is closed for ever.

#pragma once

#include <string_view>

#include "core/pair_lines.h"

namespace lp::core {

class Work;

// By origin, the vkey of the witness that said so first.
using WitnessesAhead = PairLines;

// Takes the mark off a log that never goes on: it holds nothing up.
void forget_witness_ahead(Work& work, std::string_view origin);

}  // namespace lp::core
