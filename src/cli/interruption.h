// ^C and its like, noticed between two steps, so that a run can put its things away before it ends.

#pragma once

namespace lp::cli {

// While it lives the first SIGINT, SIGTERM or SIGHUP is only noted; a second one ends the process.
class Interruption {
 public:
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  [[nodiscard]] static bool came();
};

}  // namespace lp::cli
