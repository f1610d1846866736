#include "rigs.h"
#include "tracer.h"
#include "trial.h"

namespace lp::faults {
namespace {

constexpr int exit_stopped = 70;

struct Failure {
  std::string call, error;
  unsigned step;
};

std::vector<Failure> failures_of(const Plan& plan) {
  const unsigned step = plan.every_call ? 1 : 7;
  return {{"fdatasync", "EIO", 1},
          {"fsync", "EIO", 1},
          {"pwrite64", "ENOSPC", step},
          {"pwrite64", "EIO", step}};
}

// Whether going on after this call failed would be going on with what may not be on disk. A full
// disk is no reason to stop while pages go back into the database: the write-ahead log has them;
// nor while that log is only given room, in pieces of 64 KiB that no page is as large as.
bool must_stop(const Failure& failure, const std::string& line) {
  if (line.contains("/letsping.db>") || line.contains(", 65536, ")) return failure.error == "EIO";
  return line.contains("/letsping.db-wal>") || line.contains("/checkpoints>");
}

class Failures {
 public:
  Failures(const Plan& plan, Report& report) : plan_(plan), report_(report) {}

  void run() {
    for (const auto& failure : failures_of(plan_)) {
      for (unsigned n = 1; n <= plan_.points * failure.step; n += failure.step) {
        const auto reached = point(failure, n);
        if (!reached) return;
        if (!*reached) break;
        ++verdicts_.points;
      }
    }
    report_.test("failing calls: " + std::to_string(verdicts_.points) +
                     " flushes and writes failed, one at a time (R-COR-18)",
                 verdicts_.points >= 10, "fewer than ten points were reached");
    report_.test("failing calls: the process stopped with status 70 at each that is fatal", wrong_);
    report_.test("failing calls: some were fatal", stops_ >= 5, "only " + std::to_string(stops_));
    verdicts_.tell("failing calls", report_);
  }

 private:
  // Whether that call was reached; nothing when the rig itself failed.
  std::optional<bool> point(const Failure& failure, unsigned n);
  std::optional<std::string> walk(Trial& trial, const Failure& failure, unsigned n);
  void look_at_end(Trial& trial, const Failure& failure, unsigned n, const std::string& line);

  const Plan& plan_;
  Report& report_;
  Verdicts verdicts_;
  std::vector<std::string> wrong_;
  std::uint64_t stops_ = 0;
};

std::optional<std::string> Failures::walk(Trial& trial, const Failure& failure, unsigned n) {
  if (auto wrong = trial.make()) return wrong;
  if (auto wrong = trial.start()) return wrong;
  auto tracer =
      Tracer::attach(trial.server().pid(), trial.file("trace"), failure.call,
                     failure.call + ":error=" + failure.error + ":when=" + std::to_string(n));
  if (!tracer) return tracer.error();
  trial.walk();
  tracer->detach();
  return std::nullopt;
}

void Failures::look_at_end(Trial& trial, const Failure& failure, unsigned n,
                           const std::string& line) {
  const auto ending = trial.server().wait(0);
  const std::string what = failure.call + " number " + std::to_string(n) + " " + failure.error;
  if (!ending) {
    if (must_stop(failure, line)) wrong_.push_back(what + ": it went on");
    trial.server().kill();
    return;
  }
  ++stops_;
  if (ending->signalled || ending->value != exit_stopped) {
    wrong_.push_back(what + ": " + ending->text());
  }
}

std::optional<bool> Failures::point(const Failure& failure, unsigned n) {
  Trial trial(plan_);
  auto wrong = walk(trial, failure, n);
  const auto line = injected(trial.file("trace"));
  if (!wrong && line) look_at_end(trial, failure, n, *line);
  if (!wrong && !line) trial.server().kill();
  if (!wrong) wrong = trial.audit();
  if (wrong) {
    report_.test("failing calls: " + failure.call + " number " + std::to_string(n), false, *wrong);
    return std::nullopt;
  }
  verdicts_.add(trial);
  return line.has_value();
}

}  // namespace

void failing_calls(const Plan& plan, Report& report) {
  if (const auto why = no_tracing()) return report.skip("failing calls", *why);
  Failures(plan, report).run();
}

}  // namespace lp::faults
