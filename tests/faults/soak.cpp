#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <thread>

#include "audit.h"
#include "errands.h"
#include "receiver.h"
#include "rigs.h"
#include "soak_trend.h"
#include "watchers.h"

namespace lp::faults {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// Steady, and less than a small machine can do: what grows must not be a queue.
constexpr Load::Shape steady{.agents = 8, .approvers = 4, .readers = 4, .pause_ms = 100};
// Until then caches still fill: SQLite keeps up to 32 MiB of pages for the writer.
constexpr std::uintmax_t warm_database_bytes = 64 << 20;
constexpr Load::Shape warming{.agents = 8, .approvers = 4, .readers = 2, .filler = 4'096};
constexpr std::chrono::minutes warming_max{10};
// Short lives after the long one, which is two thirds of the time.
constexpr std::chrono::seconds short_life{20};
constexpr std::chrono::seconds delivery_max{120};
constexpr int look_ms = 1'000;

std::uint64_t number_in(const std::string& status, const std::string& name) {
  const std::size_t at = status.find("\n" + name + ":");
  std::uint64_t value = 0;
  if (at != std::string::npos) std::istringstream(status.substr(at + name.size() + 2)) >> value;
  return value;
}

std::uint64_t size_or_zero(const std::string& path) {
  std::error_code failed;
  const auto size = fs::file_size(path, failed);
  return failed ? 0 : size;
}

Sample measure(const Server& server, std::uint64_t answers) {
  const std::string process = "/proc/" + std::to_string(server.pid());
  std::ostringstream status;
  status << std::ifstream(process + "/status").rdbuf();
  Sample sample{.answers = answers,
                .memory_bytes = number_in(status.str(), "VmRSS") * 1'024,
                .threads = number_in(status.str(), "Threads"),
                .log_bytes = size_or_zero(server.place().database() + "-wal"),
                .database_bytes = size_or_zero(server.place().database())};
  // A server closes its memory to others, and with it the list of its files: root may read it.
  std::error_code failed;
  for (fs::directory_iterator next(process + "/fd", failed), end; !failed && next != end;
       next.increment(failed)) {
    ++sample.files;
  }
  return sample;
}

class Soak {
 public:
  Soak(const Plan& plan, Report& report) : plan_(plan), report_(report), random_(plan.seed) {}

  void run();

 private:
  using Wrong = std::optional<std::string>;
  enum class End : std::uint8_t { killed, asked };

  Wrong make();
  Wrong start();
  Wrong warm_up();
  Wrong live(std::chrono::seconds time, End end, std::vector<Sample>* samples);
  Wrong play();
  std::vector<std::string> wait_for_deliveries();
  void tell();

  const Plan& plan_;
  Report& report_;
  std::mt19937_64 random_;
  const Home home_;
  Receiver receiver_;
  std::unique_ptr<Server> server_;
  History history_;
  Promises promises_;
  Backlog backlog_;
  Errands::Counts errands_;
  Watchers::Counts watched_;
  std::optional<Audit> audit_;
  std::vector<Sample> samples_;
  std::vector<std::string> undelivered_;
  unsigned lives_ = 0;
};

Soak::Wrong Soak::make() {
  auto made =
      Server::make(plan_.binary, home_.path(), {{"LETSPING_WEBHOOKS__ALLOW", receiver_.address()}});
  if (!made) return made.error();
  server_ = *std::move(made);
  audit_.emplace(*server_, history_, promises_);
  if (auto wrong = start()) return wrong;
  return receiver_.subscribe(*server_);
}

Soak::Wrong Soak::start() {
  if (auto started = server_->start(); !started) return started.error();
  return std::nullopt;
}

Soak::Wrong Soak::warm_up() {
  Load load(*server_, history_, promises_, backlog_, warming, "warm", random_());
  if (auto wrong = load.start()) return wrong;
  const auto until = Clock::now() + warming_max;
  while (size_or_zero(server_->place().database()) < warm_database_bytes) {
    if (server_->wait(look_ms) || Clock::now() > until) {
      server_->kill();
      load.stop();
      return "it does not warm up: " + server_->last_words();
    }
  }
  load.stop();
  return std::nullopt;
}

Soak::Wrong Soak::live(std::chrono::seconds time, End end, std::vector<Sample>* samples) {
  const std::string name = "life" + std::to_string(lives_++);
  Load load(*server_, history_, promises_, backlog_, steady, name, random_());
  Errands errands(*server_, history_, receiver_, errands_, name);
  Watchers watchers(*server_, history_, watched_, random_());
  if (auto wrong = load.start()) return wrong;
  if (auto wrong = watchers.start()) return wrong;
  errands.start();
  bool alive = true;
  for (const auto until = Clock::now() + time; alive && Clock::now() < until;) {
    alive = !server_->wait(look_ms);
    if (samples != nullptr) samples->push_back(measure(*server_, load.acknowledged()));
  }
  const unsigned left_alone = watchers.gone();
  if (!alive || end == End::killed) server_->kill();
  const auto unanswered = load.stop();
  watchers.stop();
  errands.stop();
  if (alive && left_alone > 0) return "an event stream ended by itself";
  if (!alive) return "the server ended by itself: " + server_->last_words();
  if (end == End::asked) {
    const auto ending = server_->end();
    if (!ending || ending->signalled || ending->value != 0) {
      return "it does not end in order: " + (ending ? ending->text() : "it hangs");
    }
  }
  history_.restarted();
  if (auto wrong = start()) return wrong;
  if (auto done = audit_->after_restart(unanswered, load.repeatable(), random_()); !done) {
    return done.error();
  }
  return std::nullopt;
}

Soak::Wrong Soak::play() {
  if (auto wrong = make()) return wrong;
  if (auto wrong = warm_up()) return wrong;
  const std::chrono::seconds whole = std::chrono::minutes(plan_.minutes);
  if (auto wrong = live(whole * 2 / 3, End::asked, &samples_)) return wrong;
  for (auto rest = whole / 3; rest >= short_life; rest -= short_life) {
    const End end = lives_ % 2 == 0 ? End::asked : End::killed;
    if (auto wrong = live(short_life, end, nullptr)) return wrong;
  }
  undelivered_ = wait_for_deliveries();
  if (auto done = audit_->finish(); !done) return done.error();
  return std::nullopt;
}

// Every decision comes to the receiver, also what a kill caught on its way.
std::vector<std::string> Soak::wait_for_deliveries() {
  const auto until = Clock::now() + delivery_max;
  std::vector<std::string> missing;
  do {
    std::this_thread::sleep_for(std::chrono::milliseconds(look_ms));
    missing.clear();
    const auto delivered = receiver_.delivered();
    for (const auto& [id, shown] : history_.closings()) {
      const auto found = delivered.find(id);
      if (found == delivered.end()) {
        missing.push_back(id + " was delivered to nobody");
      } else if (found->second.shown != shown) {
        missing.push_back(id + " was delivered with another verdict");
      }
    }
  } while (!missing.empty() && Clock::now() < until);
  return missing;
}

void Soak::tell() {
  const std::string time = std::to_string(plan_.minutes) + " minutes";
  report_.history("soak", history_.finish(), history_.figures());
  report_.test("soak: the log only grows and contains every checkpoint it gave away",
               audit_->shrunk());
  report_.test("soak: the whole log verifies", audit_->invalid());
  report_.test("soak: every decision is delivered to the webhook, with its verdict", undelivered_);
  report_.test("soak: no delivery contradicts another", receiver_.wrong());
  report_.test("soak: requests were cancelled, expired, and snapshots came back",
               errands_.cancelled > 0 && errands_.expired > 0 && errands_.fetched > 0, "not all");
  report_.test("soak: event streams were left, gone on with, and told of closings",
               watched_.resumed > 0 && watched_.closings > 0, "not all");
  const Trend trend = trend_of(samples_);
  report_.test("soak: memory does not grow in " + time, trend.memory);
  report_.test("soak: threads do not grow in " + time, trend.threads);
  if (!samples_.empty() && samples_.back().files == 0) {
    report_.skip("soak: open files", "only root can count those of a server");
  } else {
    report_.test("soak: open files do not grow in " + time, trend.files);
  }
  report_.test("soak: the write-ahead log does not grow in " + time, trend.log);
  report_.test("soak: the database grows with the requests only", trend.database);
  report_.note("by thirds: " + trend.summary);
  report_.note(std::to_string(lives_) + " lives, " + std::to_string(errands_.cancelled) +
               " cancelled, " + std::to_string(errands_.expired) + " expired, " +
               std::to_string(errands_.fetched) + " snapshots fetched, " +
               std::to_string(receiver_.delivered().size()) + " decisions delivered");
  report_.note(std::to_string(watched_.streams) + " event streams, " +
               std::to_string(watched_.resumed) + " of them gone on with, " +
               std::to_string(watched_.closings) + " closings heard");
}

void Soak::run() {
  if (auto wrong = play()) {
    if (server_) server_->kill();
    report_.test("soak: the server lives", false, *wrong);
  }
  if (audit_) tell();
}

}  // namespace

void soak(const Plan& plan, Report& report) {
  Soak(plan, report).run();
}

}  // namespace lp::faults
