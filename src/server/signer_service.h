// `letsping signer`: the log keys and the memory of what was signed, in a process of their own
// under an account of their own, behind a Unix socket (spec/signer-protocol.md).
//
// One thread, one frame at a time: check, sign, flush and answer are one step. Only the accounts
// that are named are heard, by what the kernel says of the other end.

#pragma once

#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace lp::server {

struct SignerOptions {
  std::string socket;
  std::string key_file;
  std::string state;         // a directory
  std::vector<uid_t> peers;  // whose processes may ask
  bool may_adopt = false;
};

// Makes the key file, and nothing else. Fails when there is one.
std::expected<void, std::string> make_log_key(const std::string& path);

// Serves until SIGTERM or SIGINT. Prints `listening PATH` on standard output once it answers.
// Returns the exit status: 70 when its memory could not be written. What went wrong is a sentence
// on standard error.
int run_signer(const SignerOptions& options);

}  // namespace lp::server
