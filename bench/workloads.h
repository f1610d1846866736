// The workloads, each a function that prints its samples as JSON, one object a line, and says what
// went wrong. bench/run reads the lines and makes the tables.

#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "closed_loop.h"
#include "rig.h"

namespace lp::bench {

using Done = std::expected<void, std::string>;

Done ingest(const Options& options);      // W1
Done decide(const Options& options);      // W2
Done wake(const Options& options);        // W3
Done clients(const Options& options);     // W3u
Done parked(const Options& options);      // W4
Done append(const Options& options);      // W5
Done prove(const Options& options);       // W6
Done verify(const Options& options);      // W7
Done export_log(const Options& options);  // W8
Done start(const Options& options);       // W11

// What one side of a pair did, and what it cost the process that served it.
struct Side {
  std::string_view workload, subject;  // "ours", "floor", "bare"
  unsigned connections = 1;
  int pair = 0;
  std::uint16_t port = 0;
  pid_t pid = 0;
};
// Drives, prints the sample, and refuses one in which anything went wrong.
Done measure(const Side& side, Script& script, const Bounds& bounds);

}  // namespace lp::bench
