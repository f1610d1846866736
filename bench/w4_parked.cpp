// W4: what a parked ask costs. Resident memory with none, some and many agents parked; the slope
// between is what one takes. The kernel's own memory for a socket comes on top of it.

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include "asks.h"
#include "connection.h"
#include "waiters.h"
#include "workloads.h"

namespace lp::bench {
namespace {

// A server holds at most 2,000 polls for a project.
constexpr std::size_t waiters_per_project = 1'800;
constexpr std::uint64_t files_in_reserve = 500;
constexpr unsigned reading_connections = 16;
constexpr auto settling = std::chrono::milliseconds(1'200);

void print(std::string_view what, std::size_t count, const Usage& usage) {
  fmt::print(R"({{"workload":"w4","subject":"{}","count":{},"resident_bytes":{}}})"
             "\n",
             what, count, usage.resident_bytes);
  std::fflush(stdout);
}

// Each status once and not held: what reading takes is then not counted as the cost of waiting.
class ReadStatuses final : public Script {
 public:
  ReadStatuses(const Subject& subject, std::size_t project, const std::vector<std::string>& ids)
      : port_(subject.port()), fields_(subject.agent_fields(project)), ids_(ids) {}
  std::int64_t next(std::string& request) override {
    if (asked_ == ids_.size()) return -1;
    request = request_bytes("GET", "/api/status/" + ids_[asked_], port_, fields_);
    return static_cast<std::int64_t>(asked_++);
  }
  void answered(std::int64_t, std::string_view) override {}

 private:
  const std::uint16_t port_;
  const std::string fields_;
  const std::vector<std::string>& ids_;
  std::size_t asked_ = 0;
};

// So that what an earlier step freed is not taken for what the next one needs.
Usage settled(const Subject& subject) {
  std::this_thread::sleep_for(settling);
  return usage_of(subject.pid());
}

}  // namespace

Done parked(const Options& options) {
  const std::uint64_t files = take_file_limit();
  std::vector<std::size_t> steps{1'000, 5'000, 9'000};
  if (options.quick) steps = {500, 1'500};
  std::erase_if(steps, [&](std::size_t step) { return step + files_in_reserve > files; });
  if (steps.size() < 2) return std::unexpected("w4: too few open files allowed for a slope");

  const std::size_t projects = (steps.back() + waiters_per_project - 1) / waiters_per_project;
  auto subject = Subject::make(options, static_cast<unsigned>(projects));
  if (!subject) return std::unexpected(subject.error());
  if (auto started = (*subject)->start(); !started) return started;
  print("idle", 0, settled(**subject));
  std::vector<std::vector<std::string>> targets;
  for (std::size_t project = 0; project < projects; ++project) {
    const auto ids = make_asks(**subject, waiters_per_project, project);
    if (!ids) return std::unexpected(ids.error());
    ReadStatuses reading(**subject, project, *ids);
    if (!drive((*subject)->port(), reading_connections, reading, {.seconds = 60}).clean()) {
      return std::unexpected("w4: a status was refused");
    }
    targets.push_back(status_targets(*ids));
  }
  print("pending", projects * waiters_per_project, settled(**subject));

  std::vector<Waiters> waiters(projects);
  std::size_t count = 0;
  for (const std::size_t step : steps) {
    while (count < step) {
      const std::size_t project = count / waiters_per_project, first = count % waiters_per_project;
      const std::size_t last = std::min(waiters_per_project, first + (step - count));
      const auto begin = targets[project].begin();
      auto done = waiters[project].park(
          (*subject)->port(),
          {begin + static_cast<std::ptrdiff_t>(first), begin + static_cast<std::ptrdiff_t>(last)},
          (*subject)->agent_fields(project));
      if (!done) return done;
      count += last - first;
    }
    print("parked", count, settled(**subject));
  }
  return {};
}

}  // namespace lp::bench
