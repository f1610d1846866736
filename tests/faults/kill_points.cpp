#include "rigs.h"
#include "tracer.h"
#include "trial.h"

namespace lp::faults {
namespace {

struct Call {
  std::string name;
  unsigned step;  // every so many of them
};

// What makes or loses durability, and with --every-call all that the way consists of.
std::vector<Call> calls_of(const Plan& plan) {
  if (!plan.every_call) return {{"fdatasync", 1}, {"fsync", 1}, {"pwrite64", 5}};
  std::vector<Call> calls;
  for (const char* name : {"fdatasync", "fsync",   "pwrite64", "write",     "pread64",    "openat",
                           "close",     "fcntl",   "link",     "unlink",    "newfstatat", "statfs",
                           "recvfrom",  "sendmsg", "accept4",  "epoll_ctl", "epoll_wait", "futex",
                           "mmap",      "munmap",  "mprotect", "getrandom", "read"}) {
    calls.push_back({name, 1});
  }
  return calls;
}

class Points {
 public:
  Points(const Plan& plan, Report& report) : plan_(plan), report_(report) {}

  void run() {
    for (const auto& call : calls_of(plan_)) {
      started_under_fire_ = 0;
      for (unsigned n = 1; n <= plan_.points * call.step; n += call.step) {
        const auto reached = point(call.name, n);
        if (!reached) return;
        if (!*reached) break;
        ++verdicts_.points;
      }
    }
    report_.test("points: kill -9 at " + std::to_string(verdicts_.points) +
                     " system calls on the way from ask to delivery (R-COR-02)",
                 verdicts_.points >= 10, "fewer than ten points were reached");
    report_.test("points: kill -9 at " + std::to_string(start_points_) +
                     " system calls of the starts after it",
                 start_points_ >= 3, "fewer than three points were reached");
    verdicts_.tell("points", report_);
  }

 private:
  // Whether the server died at that call; nothing when the rig itself failed.
  std::optional<bool> point(const std::string& call, unsigned n);
  std::optional<std::string> die_at(Trial& trial, const std::string& call, unsigned n);
  std::optional<std::string> start_under_fire(Trial& trial, const std::string& call);
  std::optional<bool> failed(const std::string& call, unsigned n, const std::string& why);

  const Plan& plan_;
  Report& report_;
  Verdicts verdicts_;
  unsigned started_under_fire_ = 0;
  std::uint64_t start_points_ = 0;
};

std::optional<bool> Points::failed(const std::string& call, unsigned n, const std::string& why) {
  report_.test("points: " + call + " number " + std::to_string(n), false, why);
  return std::nullopt;
}

std::optional<std::string> Points::die_at(Trial& trial, const std::string& call, unsigned n) {
  if (auto wrong = trial.start()) return wrong;
  auto tracer = Tracer::attach(trial.server().pid(), trial.file("trace"), call,
                               call + ":signal=KILL:when=" + std::to_string(n));
  if (!tracer) return tracer.error();
  trial.walk();
  return std::nullopt;
}

// Recovery is cut short too: the start after a death dies at its own next point, until a start has
// outlived its point; then from the first again.
std::optional<std::string> Points::start_under_fire(Trial& trial, const std::string& call) {
  ++started_under_fire_;
  const std::string injection = call + ":signal=KILL:when=" + std::to_string(started_under_fire_);
  const auto stopped = trial.start(traced_start(trial.file("start"), call, injection));
  const auto ending = trial.server().wait(0);
  if (stopped && (!ending || !ending->killed())) return stopped;
  if (stopped) {
    ++start_points_;
  } else {
    started_under_fire_ = 0;
    trial.server().kill();
  }
  return std::nullopt;
}

std::optional<bool> Points::point(const std::string& call, unsigned n) {
  Trial trial(plan_);
  if (auto wrong = trial.make()) return failed(call, n, *wrong);
  if (auto wrong = die_at(trial, call, n)) return failed(call, n, *wrong);
  const auto ending = trial.server().wait(0);
  if (ending && !ending->killed()) return failed(call, n, "it ended with " + ending->text());
  if (!ending) trial.server().kill();
  if (auto wrong = start_under_fire(trial, call)) return failed(call, n, *wrong);
  if (auto wrong = trial.audit()) return failed(call, n, *wrong);
  verdicts_.add(trial);
  return ending.has_value();
}

}  // namespace

void kill_points(const Plan& plan, Report& report) {
  if (const auto why = no_tracing()) return report.skip("points", *why);
  Points(plan, report).run();
}

}  // namespace lp::faults
