// The rigs: each makes a server of its own, breaks it in its way, and tells the Report.

#pragma once

#include <cstdint>
#include <string>

#include "report.h"

namespace lp::faults {

struct Plan {
  std::string binary;
  std::uint64_t seed = 1;
  unsigned cycles = 200;  // of kill_cycles
  unsigned points = 40;   // of each system call that is made to fail
  bool every_call = false;
  unsigned cuts = 60;    // of power_cuts
  unsigned minutes = 1;  // of soak
  std::string keep;  // a directory that takes the disks of power_cuts on which something is wrong
};

// What was acknowledged is taken away behind the server's back: the rigs must see it (B.0, rule 1).
void negative_control(const Plan& plan, Report& report);
// SIGKILL at random moments under load.
void kill_cycles(const Plan& plan, Report& report);
// Opposite verdicts of many approvers at the same moment.
void races(const Plan& plan, Report& report);
// SIGKILL at the N-th flush or write, for each N, on the way from ask to delivery and at the start.
void kill_points(const Plan& plan, Report& report);
// SIGKILL at the N-th flush, for each N, while an owner erases a request.
void erasure_kills(const Plan& plan, Report& report);
// SIGKILL at the first writes and flushes, or with every_call at each, of a claim and an outcome.
void permit_kills(const Plan& plan, Report& report);
// The N-th flush or write fails: the process stops and has acknowledged nothing since.
void failing_calls(const Plan& plan, Report& report);
// In the order of system calls, a flush stands before each acknowledgement.
void flush_order(const Plan& plan, Report& report);
// The power fails: of what was not flushed nothing, all, parts, or parts in another order are
// there.
void power_cuts(const Plan& plan, Report& report);
// Steady mixed load for minutes, then restarts: nothing grows, nothing is lost.
void soak(const Plan& plan, Report& report);
// The disk fills up under load.
void full_disk(const Plan& plan, Report& report);

}  // namespace lp::faults
