// What starts letsping-verify, a program of its own, for the subcommands that judge files.

#pragma once

#include <string>
#include <vector>

#include "cli/command_line.h"

namespace lp::cli {

struct VerifyFlags {
  std::vector<std::string> files, trust;
  std::string require;
  bool allow_test = false, json = false;
  bool bundle = false;
};
// --trust, --require, --allow-test and --json.
void add_verify_flags(Command& command, VerifyFlags& flags);

// Becomes that program; returns only when it cannot.
int run_verifier(const VerifyFlags& flags);

}  // namespace lp::cli
