#include "soak_trend.h"

#include <algorithm>
#include <array>
#include <span>

namespace lp::faults {
namespace {

using Field = std::uint64_t Sample::*;

class Thirds {
 public:
  explicit Thirds(std::span<const Sample> samples) {
    const std::size_t size = samples.size() / 3;
    parts_ = {samples.first(size), samples.subspan(size, size), samples.last(size)};
  }
  [[nodiscard]] std::uint64_t median(std::size_t part, Field field) const {
    std::vector<std::uint64_t> values;
    for (const auto& sample : parts_[part]) values.push_back(sample.*field);
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
  }
  [[nodiscard]] std::uint64_t most(std::size_t part, Field field) const {
    std::uint64_t most = 0;
    for (const auto& sample : parts_[part]) most = std::max(most, sample.*field);
    return most;
  }
  // How much it grew for each answer: from its first growth in that third to the last, because it
  // grows in steps. 0: it did not grow twice.
  [[nodiscard]] std::uint64_t for_each_answer(std::size_t part, Field field) const {
    const Sample *first = nullptr, *last = nullptr;
    for (std::size_t i = 1; i < parts_[part].size(); ++i) {
      if (parts_[part][i].*field <= parts_[part][i - 1].*field) continue;
      last = &parts_[part][i];
      if (first == nullptr) first = last;
    }
    if (first == last || last->answers == first->answers) return 0;
    return (last->*field - first->*field) / (last->answers - first->answers);
  }

 private:
  std::array<std::span<const Sample>, 3> parts_;
};

std::string figures(std::string_view what, std::uint64_t first, std::uint64_t second,
                    std::uint64_t third, std::uint64_t unit, std::string_view unit_name) {
  const auto number = [unit](std::uint64_t value) { return std::to_string(value / unit); };
  return std::string(what) + " " + number(first) + ", " + number(second) + ", " + number(third) +
         std::string(unit_name);
}

}  // namespace

Trend trend_of(const std::vector<Sample>& samples) {
  Trend trend;
  if (samples.size() < samples_min) {
    trend.memory.push_back("only " + std::to_string(samples.size()) + " samples");
    return trend;
  }
  const Thirds thirds(samples);
  const auto medians = [&](Field field) {
    return std::array{thirds.median(0, field), thirds.median(1, field), thirds.median(2, field)};
  };
  const auto memory = medians(&Sample::memory_bytes), threads = medians(&Sample::threads),
             files = medians(&Sample::files);
  const std::array log{thirds.most(0, &Sample::log_bytes), thirds.most(1, &Sample::log_bytes),
                       thirds.most(2, &Sample::log_bytes)};
  std::array<std::uint64_t, 3> database{};
  for (std::size_t i = 0; i < 3; ++i) {
    database[i] = thirds.for_each_answer(i, &Sample::database_bytes);
  }
  const std::array lines{
      figures("memory", memory[0], memory[1], memory[2], 1 << 20, " MiB"),
      figures("threads", threads[0], threads[1], threads[2], 1, ""),
      figures("open files", files[0], files[1], files[2], 1, ""),
      figures("write-ahead log", log[0], log[1], log[2], 1 << 10, " KiB"),
      figures("database", database[0], database[1], database[2], 1, " bytes an answer")};
  if (memory[2] > memory[1] + memory_growth_max + memory[0] / 20) trend.memory.push_back(lines[0]);
  if (threads[2] > threads[0]) trend.threads.push_back(lines[1]);
  if (files[2] > files[0] + files_growth_max) trend.files.push_back(lines[2]);
  if (log[2] > log[0] + log_growth_max) trend.log.push_back(lines[3]);
  if (database[0] > 0 &&
      database[2] > database[0] + database[0] * database_growth_percent_max / 100) {
    trend.database.push_back(lines[4]);
  }
  for (const auto& line : lines) trend.summary += (trend.summary.empty() ? "" : "; ") + line;
  return trend;
}

}  // namespace lp::faults
