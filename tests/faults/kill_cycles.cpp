#include <chrono>
#include <random>
#include <thread>

#include "audit.h"
#include "rigs.h"

namespace lp::faults {
namespace {

constexpr int first_answer_ms_max = 30'000;
constexpr int kill_after_ms_min = 10, kill_after_ms_max = 150;

struct Totals {
  unsigned cycles = 0;
  std::uint64_t slowest_start_ms = 0;
};

class Cycles {
 public:
  Cycles(Server& server, const Plan& plan)
      : server_(server), random_(plan.seed), audit_(server, history_, promises_) {}

  // One life: load, death at a random moment, restart, audit. What went wrong, or nothing.
  std::optional<std::string> run(unsigned number);
  std::optional<std::string> start();
  std::optional<std::string> finish();

  [[nodiscard]] const History& history() const { return history_; }
  [[nodiscard]] const Audit& audit() const { return audit_; }
  [[nodiscard]] const Totals& totals() const { return totals_; }

 private:
  Server& server_;
  std::mt19937_64 random_;
  History history_;
  Promises promises_;
  Backlog backlog_;
  Audit audit_;
  Totals totals_;
};

std::optional<std::string> Cycles::start() {
  const auto began = std::chrono::steady_clock::now();
  if (auto started = server_.start(); !started) return started.error();
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - began);
  totals_.slowest_start_ms =
      std::max(totals_.slowest_start_ms, static_cast<std::uint64_t>(took.count()));
  return std::nullopt;
}

std::optional<std::string> Cycles::run(unsigned number) {
  Load load(server_, history_, promises_, backlog_, {}, "c" + std::to_string(number), random_());
  if (auto wrong = load.start()) return wrong;
  if (!load.wait_for_answer(first_answer_ms_max)) return "nothing was acknowledged";
  std::uniform_int_distribution<int> moment(kill_after_ms_min, kill_after_ms_max);
  std::this_thread::sleep_for(std::chrono::milliseconds(moment(random_)));
  const bool alive = server_.running();
  server_.kill();
  const auto unanswered = load.stop();
  if (!alive) return "the server ended by itself: " + server_.last_words();
  history_.restarted();
  if (auto wrong = start()) return wrong;
  if (auto done = audit_.after_restart(unanswered, load.repeatable(), random_()); !done) {
    return done.error();
  }
  ++totals_.cycles;
  return std::nullopt;
}

std::optional<std::string> Cycles::finish() {
  if (auto done = audit_.finish(); !done) return done.error();
  return std::nullopt;
}

void tell(const Plan& plan, const Cycles& cycles, const std::string& broken, Report& report) {
  report.test(
      "kill: " + std::to_string(plan.cycles) + " kill -9 under load, each followed by a start",
      broken.empty() && cycles.totals().cycles == plan.cycles,
      broken + " (cycle " + std::to_string(cycles.totals().cycles) + ")");
  report.history("kill", cycles.history().finish(), cycles.history().figures());
  report.test("kill: the log only grows and contains every checkpoint it gave away",
              cycles.audit().shrunk());
  report.test("kill: the whole log verifies", cycles.audit().invalid());
  report.test("kill: checkpoints were given away at all", cycles.audit().promises() > 0, "none");
  report.note(std::to_string(cycles.totals().cycles) + " cycles, " +
              std::to_string(cycles.audit().leaves()) + " leaves, " +
              std::to_string(cycles.audit().promises()) + " checkpoints compared, slowest start " +
              std::to_string(cycles.totals().slowest_start_ms) + " ms");
}

}  // namespace

void kill_cycles(const Plan& plan, Report& report) {
  const Home home;
  auto server = Server::make(plan.binary, home.path());
  if (!server) return report.test("kill: a server is made", false, server.error());
  Cycles cycles(**server, plan);
  auto broken = cycles.start();
  for (unsigned number = 0; !broken && number < plan.cycles; ++number) {
    broken = cycles.run(number);
  }
  if (!broken) broken = cycles.finish();
  tell(plan, cycles, broken.value_or(""), report);
}

}  // namespace lp::faults
