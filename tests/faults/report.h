// The tests of the rig, as its output tells them: a line each, and the totals last.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "history.h"

namespace lp::faults {

class Report {
 public:
  // Passed when nothing is `wrong`; else it shows the first few.
  void test(std::string_view name, const std::vector<std::string>& wrong);
  void test(std::string_view name, bool passed, std::string_view otherwise);
  void skip(std::string_view name, std::string_view why);
  // Lost, stale, changed, duplicated, unexpected and stuck, a test each; and its figures.
  void history(std::string_view rig, const std::vector<Fault>& faults, const Figures& figures);
  void note(std::string_view text);

  // Writes the last line; the exit status.
  int finish();

 private:
  std::uint64_t passed_ = 0, failed_ = 0, skipped_ = 0;
};

}  // namespace lp::faults
