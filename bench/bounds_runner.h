// Asks bench_bounds (floor/bounds.cpp), on the processor on which the server runs.

#pragma once

#include <expected>
#include <string>
#include <vector>

#include "json/value.h"
#include "rig.h"

namespace lp::bench {

// The object that it prints; the error is a sentence.
std::expected<json::Value, std::string> measure_bound(const Options& options,
                                                      const std::vector<std::string>& words);

}  // namespace lp::bench
