// How far a long run has come: one line on standard error that is drawn over itself, only where
// that is a terminal. Silent in a pipe.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace lp::cli {

// "[#####-----]  1,234 of 5,678 entries  21%  12,345/s  0:03 left", at most `columns` wide.
std::string progress_line(std::uint64_t done, std::uint64_t total, std::int64_t elapsed_ms,
                          std::size_t columns);

class Progress {
 public:
  explicit Progress(std::uint64_t total);
  ~Progress();  // wipes the line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void reach(std::uint64_t done);

 private:
  SystemClock clock_;
  const bool shown_;
  const std::uint64_t total_;
  const std::int64_t began_ms_;
  std::optional<std::int64_t> drawn_ms_;
};

}  // namespace lp::cli
