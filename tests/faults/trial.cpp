#include "trial.h"

#include <sys/stat.h>

#include <chrono>

namespace lp::faults {
namespace {

// The server tidies up after a second without work.
constexpr int tidy_ms_max = 5'000;
constexpr int look_again_ms = 20;
// From the first page that is back in the database to the flush of them all, or to a death there.
constexpr int flush_ms = 300;

std::int64_t changed_ns(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return 0;
  return status.st_mtim.tv_sec * 1'000'000'000LL + status.st_mtim.tv_nsec;
}

}  // namespace

std::optional<std::string> Trial::make(const Server::Settings& settings) {
  auto made = Server::make(plan_.binary, home_.path(), settings);
  if (!made) return made.error();
  server_ = *std::move(made);
  audit_.emplace(*server_, history_, promises_);
  return std::nullopt;
}

std::optional<std::string> Trial::start(const std::vector<std::string>& wrapper) {
  if (auto started = server_->start(wrapper); !started) return started.error();
  return std::nullopt;
}

void Trial::decide(const std::string& id) {
  auto approver = Approver::open(*server_, history_, promises_);
  if (!approver) return;
  const auto decision = approver->consider(id, Verdict::approve);
  if (!decision) return;
  if (approver->decide(*decision) == Approver::Heard::nothing) {
    unanswered_.decisions.push_back(*decision);
  }
}

void Trial::walk() {
  crypto::SystemEntropy entropy;
  const Ask ask = make_ask("walk", true, entropy);
  Agent agent(*server_, history_);
  const auto told = agent.ask(ask);
  if (!told) unanswered_.asks.push_back(ask);
  if (told && told->status == 200) {
    decide(told->id);
    agent.look(told->id);
  }
  wait_until_tidy();
}

void Trial::wait_until_tidy() {
  const std::string database = server_->place().database();
  const std::int64_t before = changed_ns(database);
  for (int waited = 0; waited < tidy_ms_max && changed_ns(database) == before;
       waited += look_again_ms) {
    if (server_->wait(look_again_ms)) return;
  }
  server_->wait(flush_ms);
}

std::optional<std::string> Trial::audit() {
  history_.restarted();
  if (auto wrong = start()) return wrong;
  if (auto done = audit_->after_restart(unanswered_, {}, plan_.seed); !done) return done.error();
  if (auto done = audit_->finish(); !done) return done.error();
  return std::nullopt;
}

std::vector<std::string> Trial::log_faults() const {
  std::vector<std::string> all = audit_->shrunk();
  all.insert(all.end(), audit_->invalid().begin(), audit_->invalid().end());
  return all;
}

void Verdicts::add(const Trial& trial) {
  const auto found = trial.faults();
  faults.insert(faults.end(), found.begin(), found.end());
  const auto in_log = trial.log_faults();
  log_faults.insert(log_faults.end(), in_log.begin(), in_log.end());
  figures += trial.figures();
}

void Verdicts::tell(std::string_view rig, Report& report) const {
  report.history(rig, faults, figures);
  report.test(std::string(rig) + ": the whole log verifies and only grows", log_faults);
}

}  // namespace lp::faults
