// The command line: parses, and calls one function a subcommand.

#pragma once

namespace lp::cli {

// Exit statuses (documented in docs/reference/cli.md).
enum Exit : int {
  exit_ok = 0,
  exit_error = 1,
  exit_usage = 2,
  exit_expired = 4,
  exit_not_authorised = 5,
  exit_verification = 6,
  exit_conflict = 7,
  exit_interrupted = 130,
};

class KeyPort;

// The security keys of this machine, or with a port those that it has: tests bring one.
int run(int argc, char** argv, KeyPort* security_keys = nullptr);

}  // namespace lp::cli
