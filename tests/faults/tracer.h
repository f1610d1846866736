// strace, put on the server: to read its system calls in order, to kill it at one of them, or to
// make one fail.

#pragma once

#include <sys/types.h>

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "child.h"

namespace lp::faults {

// Why nothing can be traced here; nothing when it can.
std::optional<std::string> no_tracing();

// Words before a command that is to be traced from its first call on. The process started is the
// command itself, not the tracer.
std::vector<std::string> traced_start(const std::string& output, const std::string& calls,
                                      const std::string& injection);

class Tracer {
 public:
  // Returns once every thread of the process is traced. `injection` as strace takes it, such as
  // `fdatasync:signal=KILL:when=3`; each thread counts for itself, from now on. Empty: only traced.
  static std::expected<Tracer, std::string> attach(pid_t process, const std::string& output,
                                                   const std::string& calls,
                                                   const std::string& injection = {});
  // Lets the process go on untraced, if it lives; the output is complete then.
  void detach();

 private:
  explicit Tracer(Child child) : child_(std::move(child)) {}
  Child child_;
};

// The first line of a trace that tells of an injected call; nothing when none was.
std::optional<std::string> injected(const std::string& output);

}  // namespace lp::faults
