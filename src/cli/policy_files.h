// Policies and their cases out of files, for the subcommands that need no server.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/cases.h"
#include "policy/policy.h"

namespace lp::cli {

// The document in a file. What is wrong with it has been said, on standard
// error as `FILE:LINE:COLUMN: …`, or as JSON rows on standard output.
std::optional<policy::Document> read_policy_file(const std::string& path, bool as_json);
std::optional<policy::Policy> compile_policy_file(const std::string& path, bool as_json);
std::optional<std::vector<policy::Case>> read_cases_file(const std::string& path, bool as_json);

}  // namespace lp::cli
