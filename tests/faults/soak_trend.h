// Whether a server under steady load grows: what was measured of it, a sample a second, and what of
// that is a leak.
//
// Compared are medians of thirds of the run, so that neither the warming up nor a busy moment of
// the machine decides. A leak goes on: it is as large from the second third to the last as before.
// Pure, so that it can be shown leaks and noise.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lp::faults {

struct Sample {
  std::uint64_t answers = 0;  // acknowledgements so far
  std::uint64_t memory_bytes = 0;
  std::uint64_t threads = 0;
  std::uint64_t files = 0;           // open; 0: cannot be seen here
  std::uint64_t log_bytes = 0;       // the write-ahead log
  std::uint64_t database_bytes = 0;  // without it
};

// Memory: from the second third to the last at most this, and a twentieth of the first third.
inline constexpr std::uint64_t memory_growth_max = 4 << 20;
// Open files: connections come and go with the load.
inline constexpr std::uint64_t files_growth_max = 4;
// The write-ahead log: beyond its largest size of the first third.
inline constexpr std::uint64_t log_growth_max = 32 << 20;
// Bytes of the database for each answer: at most so many percent more than in the first third.
inline constexpr std::uint64_t database_growth_percent_max = 25;
// With fewer samples nothing is said.
inline constexpr std::size_t samples_min = 30;

struct Trend {
  std::vector<std::string> memory, threads, files, log, database;  // what is wrong with each
  std::string summary;
};
Trend trend_of(const std::vector<Sample>& samples);

}  // namespace lp::faults
