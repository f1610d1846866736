#include "engine_load.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "core/work.h"

namespace lp::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

struct AppendEvent {
  std::string project;
  bool signed_by_issuer = false;
  struct Result {
    std::uint64_t index;
  };
};

core::Applied<AppendEvent> apply(core::Work& work, AppendEvent& command) {
  auto log = work.log(command.project);
  if (!log) return std::unexpected(log.error());
  core::Work::Event event;
  event.statement.type = command.signed_by_issuer ? evidence::EventType::config_changed
                                                  : evidence::EventType::delivery_attempted;
  event.statement.actor = {.id = "system",
                           .kind = evidence::ActorKind::system,
                           .method = evidence::ActorMethod::rule,
                           .key = {}};
  event.statement.marks = work.directory().project(command.project)->marks;
  return AppendEvent::Result{work.append(**log, std::move(event)).index};
}

// What lp-core tells the thread that submits.
struct Answers {
  std::atomic<std::uint64_t> given = 0;
  std::atomic<bool> refused = false;
  std::vector<double> us;  // written by lp-core only, read when all answers were given
};

}  // namespace

std::expected<EngineMeasured, std::string> load_engine(core::Engine& engine,
                                                       const EngineLoad& load) {
  auto answers = std::make_shared<Answers>();
  const auto begun = SteadyClock::now();
  const auto over = begun + std::chrono::duration<double>(load.seconds);
  std::uint64_t submitted = 0;
  while (SteadyClock::now() < over && !answers->refused) {
    // This thread has a processor of its own: to be woken would cost lp-core a system call.
    if (submitted - answers->given >= load.outstanding) {
      std::this_thread::yield();
      continue;
    }
    const auto sent = SteadyClock::now();
    const bool taken = engine.submit<AppendEvent>(
        {.project = load.project, .signed_by_issuer = load.signed_by_issuer},
        [answers, sent](auto result) {
          if (!result) answers->refused = true;
          answers->us.push_back(
              std::chrono::duration<double, std::micro>(SteadyClock::now() - sent).count());
          ++answers->given;
        });
    if (!taken) return std::unexpected("the engine's queue is full");
    ++submitted;
  }
  while (answers->given < submitted) std::this_thread::yield();
  if (answers->refused) return std::unexpected("the engine refused an event");
  EngineMeasured measured;
  measured.seconds = std::chrono::duration<double>(SteadyClock::now() - begun).count();
  measured.events = submitted;
  for (const double us : answers->us) measured.latencies.add(us);
  return measured;
}

}  // namespace lp::bench
