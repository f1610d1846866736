// Events through the product's own engine in this process: queue, group commit, read-back, signed
// checkpoint, gate. Only the command is the benchmark's, and it does nothing but append.

#pragma once

#include <cstdint>
#include <expected>
#include <string>

#include "core/engine.h"
#include "latencies.h"

namespace lp::bench {

struct EngineLoad {
  std::string project;
  bool signed_by_issuer = false;  // an event that the issuer key signs, or one that it does not
  std::uint64_t outstanding = 1;  // commands that wait for their answer at any time
  double seconds = 1;
};

struct EngineMeasured {
  Latencies latencies;  // from submit to the answer that the gate lets go
  std::uint64_t events = 0;
  double seconds = 0;
};

// The calling thread submits. The error is a sentence.
std::expected<EngineMeasured, std::string> load_engine(core::Engine& engine,
                                                       const EngineLoad& load);

}  // namespace lp::bench
